using Switchboard.Grains.Orgs;
using Switchboard.Grains.Speech.Wire;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Speech.Management;

/// <summary>Members of a project.</summary>
internal sealed class MemberCalls(ProjectPeople people)
{
    private static readonly SpeechError _notFound = SpeechCall.NotFound("Member not found.");

    private static readonly SpeechError _last = SpeechCall.Bad("This is the last administrator; make somebody else one first.");

    public async ValueTask ListAsync(SpeechCall call)
    {
        var members = await people.ListAsync(call.OrgId, UserStatuses.Active, call.Aborted);
        await call.SendAsync(json =>
        {
            json.WriteStartArray("members"u8);
            foreach (var member in members)
            {
                json.WriteStartObject();
                ProjectPeople.Write(json, member);
                json.WriteTexts("scopes", ProjectPeople.ScopesOf(member));
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    public async ValueTask RemoveAsync(SpeechCall call)
    {
        if (await FindAsync(call) is not { } member)
        {
            return;
        }

        if (await people.IsLastAdminAsync(member, call.Aborted))
        {
            await call.RefuseAsync(_last);
            return;
        }

        var outcome = await people.ExecuteAsync(call, member.Id, new UpdateUser(null, null, Disabled: true));
        await (outcome.Succeeded ? call.SayAsync("Successfully removed member from project.") : call.RefuseAsync(outcome.Error));
    }

    public async ValueTask GetScopesAsync(SpeechCall call)
    {
        if (await FindAsync(call) is { } member)
        {
            await call.SendAsync(json => json.WriteTexts("scopes", ProjectPeople.ScopesOf(member)));
        }
    }

    public async ValueTask SetScopeAsync(SpeechCall call)
    {
        using var body = await call.ReadAsync();
        if (body is null || await FindAsync(call) is not { } member)
        {
            return;
        }

        if (ProjectPeople.RoleOf(body.RootElement.Text("scope")) is not { } role)
        {
            await call.RefuseAsync(ProjectPeople.UnknownScope);
            return;
        }

        if (role != Roles.Admin && await people.IsLastAdminAsync(member, call.Aborted))
        {
            await call.RefuseAsync(_last);
            return;
        }

        var outcome = await people.ExecuteAsync(call, member.Id, new ChangeRoles([role]));
        await (outcome.Succeeded ? call.SayAsync("Successfully updated member scopes.") : call.RefuseAsync(outcome.Error));
    }

    private async ValueTask<UserSnapshot?> FindAsync(SpeechCall call)
    {
        if (await people.FindAsync(call.OrgId, call.Id("member_id"), call.Aborted) is { Disabled: false, Verified: true } member)
        {
            return member;
        }

        await call.RefuseAsync(_notFound);
        return null;
    }
}

/// <summary>Invitations to a project. Nothing is mailed: whoever invites tells the person.</summary>
internal sealed class InviteCalls(ProjectPeople people, IOrgDirectory directory)
{
    private static readonly SpeechError _notFound = SpeechCall.NotFound("Invite not found.");

    public async ValueTask ListAsync(SpeechCall call)
    {
        var invited = await people.ListAsync(call.OrgId, UserStatuses.Pending, call.Aborted);
        await call.SendAsync(json =>
        {
            json.WriteStartArray("invites"u8);
            foreach (var user in invited)
            {
                json.WriteStartObject();
                json.WriteString("email"u8, user.Email);
                json.WriteString("scope"u8, ProjectPeople.ScopesOf(user).FirstOrDefault() ?? SpeechScopes.Member);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    public async ValueTask InviteAsync(SpeechCall call)
    {
        using var body = await call.ReadAsync();
        if (body is null)
        {
            return;
        }

        if (body.RootElement.Text("email") is not { Length: > 0 } email)
        {
            await call.RefuseAsync(SpeechCall.Bad("email is missing"));
            return;
        }

        if (ProjectPeople.RoleOf(body.RootElement.Text("scope") ?? SpeechScopes.Member) is not { } role)
        {
            await call.RefuseAsync(ProjectPeople.UnknownScope);
            return;
        }

        // Whoever was invited or a member before is the same person again.
        var known = await directory.FindUserByEmailAsync(call.OrgId, email, call.Aborted);
        var outcome = known is { Disabled: true }
            ? await people.ExecuteAsync(call, known.Id, new UpdateUser(null, null, Disabled: false))
            : await people.ExecuteAsync(call, Guid.CreateVersion7(), new CreateUser(email, "", null, [role]));
        if (outcome.Succeeded && known is not null)
        {
            outcome = await people.ExecuteAsync(call, known.Id, new ChangeRoles([role]));
        }

        await (outcome.Succeeded ? call.SayAsync("Invitation recorded.") : call.RefuseAsync(outcome.Error));
    }

    public async ValueTask WithdrawAsync(SpeechCall call)
    {
        if (await directory.FindUserByEmailAsync(call.OrgId, call.Part("email"), call.Aborted) is not { Disabled: false, Verified: false } invited)
        {
            await call.RefuseAsync(_notFound);
            return;
        }

        var outcome = await people.ExecuteAsync(call, invited.Id, new UpdateUser(null, null, Disabled: true));
        await (outcome.Succeeded ? call.SayAsync("Successfully deleted project invite.") : call.RefuseAsync(outcome.Error));
    }
}
