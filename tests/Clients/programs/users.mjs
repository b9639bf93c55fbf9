// Users: create, read, list, change, disable.
import { assert, check, readable, refused } from "../check.mjs";
import { unique } from "../connect.mjs";

export default async function users({ users: api }) {
  const email = `ana.${unique().toLowerCase()}@example.test`;

  const created = await check("a user is created", async () => {
    const answer = await api.createUser({
      body: { data: { type: "users", attributes: { email, name: "Ana Lima", title: "Engineer" } } },
    });
    readable(answer);
    assert.equal(answer.data.attributes.email, email);
    assert.equal(answer.data.attributes.name, "Ana Lima");
    assert.equal(answer.data.attributes.disabled, false);
    return answer.data;
  });

  await check("the user is read by id", async () => {
    const answer = await api.getUser({ userId: created.id });
    readable(answer);
    assert.equal(answer.data.attributes.email, email);
  });

  await check("the user is found in the list", async () => {
    const answer = await api.listUsers({ filter: email, pageSize: 10 });
    readable(answer);
    assert.deepEqual(answer.data.map((user) => user.id), [created.id]);
    assert.ok(answer.meta.page.totalCount >= 1);
  });

  await check("the client's paging walks through all users", async () => {
    const ids = new Set();
    for await (const user of api.listUsersWithPagination({ pageSize: 2 })) {
      ids.add(user.id);
    }
    assert.ok(ids.has(created.id));
  });

  await check("the user's name is changed", async () => {
    const answer = await api.updateUser({
      userId: created.id,
      body: { data: { id: created.id, type: "users", attributes: { name: "Ana de Lima" } } },
    });
    assert.equal(answer.data.attributes.name, "Ana de Lima");
    assert.equal((await api.getUser({ userId: created.id })).data.attributes.name, "Ana de Lima");
  });

  await check("a disabled user stays readable", async () => {
    await api.disableUser({ userId: created.id });
    assert.equal((await api.getUser({ userId: created.id })).data.attributes.disabled, true);
  });

  await check("an unknown user is 404", async () => {
    await refused(404, () => api.getUser({ userId: "3c7a3f30-0000-4000-8000-000000000000" }));
  });
}
