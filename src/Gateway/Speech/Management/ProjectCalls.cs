using System.Text.Json;
using Orleans;
using Switchboard.Grains.Speech.Limits;
using Switchboard.Grains.Speech.Wire;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Speech.Management;

/// <summary>Projects, that is, the one organisation that a key belongs to.</summary>
internal sealed class ProjectCalls(IGrainFactory grains)
{
    private static readonly SpeechError _notHere = SpeechError.Forbidden with
    {
        Message = "A project is an organisation of this installation, which is not ended here; ask whoever runs it.",
    };

    private static readonly SpeechError _noMember = SpeechError.Forbidden with
    {
        Message = "A key is no member and cannot leave; an administrator removes a member with DELETE .../members/{member_id}.",
    };

    public async ValueTask ListAsync(SpeechCall call)
    {
        var org = await FindAsync(call);
        await call.SendAsync(json =>
        {
            json.WriteStartArray("projects"u8);
            if (org is not null)
            {
                json.WriteStartObject();
                Write(json, org);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    public async ValueTask GetAsync(SpeechCall call)
    {
        if (await FindAsync(call) is not { } org)
        {
            await call.RefuseAsync(SpeechError.ProjectNotFound);
            return;
        }

        await call.SendAsync(json =>
        {
            Write(json, org);
            json.WriteBoolean("mip_opt_out"u8, true); // nothing that is sent is learnt from
        });
    }

    public async ValueTask RenameAsync(SpeechCall call)
    {
        using var body = await call.ReadAsync();
        if (body is null)
        {
            return;
        }

        if (body.RootElement.Text("name") is not { } name)
        {
            await call.RefuseAsync(SpeechCall.Bad("name is missing; it is the only thing of a project that can be changed"));
            return;
        }

        var outcome = await Of(call).RenameAsync(new RenameOrg(name), call.Command, call.Aborted);
        await (outcome.Succeeded ? call.SayAsync("Successfully updated project info.") : call.RefuseAsync(outcome.Error));
    }

    public ValueTask DeleteAsync(SpeechCall call) => call.RefuseAsync(_notHere);

    public ValueTask LeaveAsync(SpeechCall call) => call.RefuseAsync(_noMember);

    private ValueTask<OrgSnapshot?> FindAsync(SpeechCall call) => Of(call).GetAsync(call.Aborted);

    private IOrgGrain Of(SpeechCall call) => grains.GetGrain<IOrgGrain>(call.OrgId.ToString("N"));

    private static void Write(Utf8JsonWriter json, OrgSnapshot org)
    {
        json.WriteString("project_id"u8, org.Id);
        json.WriteString("name"u8, org.Name);
    }
}

/// <summary>An organisation's limits; not part of Deepgram's API.</summary>
internal sealed class LimitCalls(ISpeechLimits limits)
{
    private const int Most = 100_000;

    public async ValueTask GetAsync(SpeechCall call) => await SendAsync(call, await limits.GetAsync(call.OrgId, call.Aborted));

    public async ValueTask ResetAsync(SpeechCall call) => await SendAsync(call, await limits.ResetAsync(call.OrgId, call.Aborted));

    public async ValueTask SetAsync(SpeechCall call)
    {
        using var body = await call.ReadAsync();
        if (body is null)
        {
            return;
        }

        List<string> wrong = [];
        var change = new SpeechLimitChange(
            (int?)Read("live", 1, Most), (int?)Read("files", 1, Most), (int?)Read("requests_per_second", 1, Most), Read("seconds_per_month", 0, long.MaxValue / 1000));
        if (wrong.Count > 0)
        {
            await call.RefuseAsync(SpeechCall.Bad(string.Join("; ", wrong)));
            return;
        }

        await SendAsync(call, await limits.SetAsync(call.OrgId, change, call.Aborted));

        long? Read(string name, long least, long most)
        {
            if (!body.RootElement.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            {
                return null;
            }

            if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= least && number <= most)
            {
                return number;
            }

            wrong.Add($"{name} must be a whole number from {least} to {most}");
            return null;
        }
    }

    private static ValueTask SendAsync(SpeechCall call, SpeechLimits limits) => call.SendAsync(json =>
    {
        json.WriteNumber("live"u8, limits.Live);
        json.WriteNumber("files"u8, limits.Files);
        json.WriteNumber("requests_per_second"u8, limits.RequestsPerSecond);
        if (limits.SecondsPerMonth is { } seconds)
        {
            json.WriteNumber("seconds_per_month"u8, seconds);
        }
        else
        {
            json.WriteNull("seconds_per_month"u8);
        }
    });
}
