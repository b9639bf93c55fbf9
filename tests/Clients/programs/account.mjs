// Keys: who am I, and what is refused.
import { assert, check, readable, refused } from "../check.mjs";
import { configure, v1, v2 } from "../connect.mjs";

export default async function account({ credentials, authentication, users }) {
  await check("a valid API key is confirmed", async () => {
    assert.equal((await authentication.validate()).valid, true);
  });

  await check("an unknown API key is refused with 403 where it is validated", async () => {
    const stranger = configure(credentials.base_url, "0".repeat(32), credentials.application_key);
    await refused(403, () => new v1.AuthenticationApi(stranger).validate());
  });

  await check("the current user is the development user", async () => {
    const me = await users.getCurrentUser();
    readable(me);
    assert.equal(me.data.type, "users");
    assert.equal(me.data.attributes.email, credentials.user_email);
  });

  await check("a call without the right keys is refused with 401", async () => {
    for (const [api, application] of [
      ["0".repeat(32), credentials.application_key],
      [credentials.api_key, "0".repeat(40)],
    ]) {
      const stranger = new v2.CaseManagementApi(configure(credentials.base_url, api, application));
      await refused(401, () => stranger.getProjects());
    }
  });
}
