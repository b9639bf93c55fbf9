// Teams: create, list, change, delete; members, links, permission settings; roles and permissions.
import { assert, check, readable, refused } from "../check.mjs";
import { createProject, unique } from "../connect.mjs";

export default async function teams(api) {
  const handle = `t-${unique().toLowerCase()}`;
  const body = (attributes) => ({ data: { type: "team", attributes } });
  const me = (await (await api.plain("GET", "/api/v2/current_user")).json()).data;

  const team = await check("a team is created", async () => {
    const answer = await api.teams.createTeam({ body: body({ handle, name: "Network", description: "Cables" }) });
    readable(answer);
    assert.equal(answer.data.attributes.handle, handle);
    return answer.data;
  });

  await check("a taken handle is refused", () => refused(409, () => api.teams.createTeam({ body: body({ handle, name: "Again" }) })));

  await check("the team is read, found by its handle, and met by the client's paging", async () => {
    readable(await api.teams.getTeam({ teamId: team.id }));
    const answer = await api.teams.listTeams({ filterKeyword: handle, include: ["team_links", "user_team_permissions"], sort: "-user_count" });
    readable(answer);
    assert.deepEqual(answer.data.map((one) => one.id), [team.id]);
    const ids = new Set();
    for await (const one of api.teams.listTeamsWithPagination({ pageSize: 1 })) {
      ids.add(one.id);
    }
    assert.ok(ids.has(team.id));
  });

  await check("the team is changed", async () => {
    const answer = await api.teams.updateTeam({ teamId: team.id, body: body({ handle, name: "Net" }) });
    readable(answer);
    assert.equal(answer.data.attributes.name, "Net");
    assert.equal(answer.data.attributes.description, "Cables");
  });

  await check("a user joins, becomes an admin, is listed, and leaves", async () => {
    const member = { data: { type: "team_memberships", relationships: { user: { data: { id: me.id, type: "users" } } } } };
    readable(await api.teams.createTeamMembership({ teamId: team.id, body: member }));
    await refused(409, () => api.teams.createTeamMembership({ teamId: team.id, body: member }));
    const admin = await api.teams.updateTeamMembership({
      teamId: team.id, userId: me.id, body: { data: { type: "team_memberships", attributes: { role: "admin" } } },
    });
    assert.equal(admin.data.attributes.role, "admin");
    const listed = await api.teams.getTeamMemberships({ teamId: team.id, sort: "-name", filterKeyword: me.attributes.email });
    readable(listed);
    assert.deepEqual(listed.data.map((one) => one.relationships.user.data.id), [me.id]);
    const mine = await api.teams.getUserMemberships({ userUuid: me.id });
    readable(mine);
    assert.ok(mine.data.some((one) => one.relationships.team.data.id === team.id));
    await api.teams.deleteTeamMembership({ teamId: team.id, userId: me.id });
    await refused(404, () => api.teams.deleteTeamMembership({ teamId: team.id, userId: me.id }));
  });

  await check("links are added, changed and removed", async () => {
    const link = (label) => ({ data: { type: "team_links", attributes: { label, url: "https://example.test/runbook", position: 0 } } });
    const made = await api.teams.createTeamLink({ teamId: team.id, body: link("Book") });
    readable(made);
    const changed = await api.teams.updateTeamLink({ teamId: team.id, linkId: made.data.id, body: link("Runbook") });
    assert.equal(changed.data.attributes.label, "Runbook");
    readable(await api.teams.getTeamLinks({ teamId: team.id }));
    await api.teams.deleteTeamLink({ teamId: team.id, linkId: made.data.id });
    await refused(404, () => api.teams.getTeamLink({ teamId: team.id, linkId: made.data.id }));
  });

  await check("permission settings are read and changed", async () => {
    readable(await api.teams.getTeamPermissionSettings({ teamId: team.id }));
    const answer = await api.teams.updateTeamPermissionSetting({
      teamId: team.id, action: "manage_membership", body: { data: { type: "team_permission_settings", attributes: { value: "members" } } },
    });
    readable(answer);
    assert.equal(answer.data.attributes.value, "members");
  });

  await check("a project belongs to the team until the team is deleted", async () => {
    const project = await createProject(api, "Of a team");
    await api.plain("PATCH", `/api/v2/cases/projects/${project.id}`, JSON.stringify({ data: { type: "project", attributes: { team_uuid: team.id } } }));
    const read = await api.cases.getProject({ projectId: project.id });
    readable(read);
    assert.deepEqual(read.data.relationships.memberTeam.data.map((one) => one.id), [team.id]);
    await api.teams.deleteTeam({ teamId: team.id });
    await refused(404, () => api.teams.getTeam({ teamId: team.id }));
    assert.equal((await api.cases.getProject({ projectId: project.id })).data.relationships, undefined);
    await api.cases.deleteProject({ projectId: project.id });
  });

  await check("roles are read with what they permit and who has them", async () => {
    const listed = await api.roles.listRoles({ sort: "-user_count", pageSize: 2 });
    readable(listed);
    assert.equal(listed.data.length, 2);
    const roleId = me.relationships.roles.data[0].id;
    readable(await api.roles.getRole({ roleId }));
    const permissions = await api.roles.listRolePermissions({ roleId });
    readable(permissions);
    assert.ok(permissions.data.some((one) => one.attributes.name === "cases_read"));
    assert.ok((await api.roles.listRoleUsers({ roleId, filter: me.attributes.email })).data.some((one) => one.id === me.id));
    readable(await api.roles.listPermissions());
    readable(await api.users.listUserPermissions({ userId: me.id }));
    await refused(404, () => api.roles.getRole({ roleId: team.id }));
  });
}
