// Case types, custom attributes and their values.
import { assert, check, readable, refused } from "../check.mjs";
import { configure, createCase, createProject, unique, v2 } from "../connect.mjs";

export default async function types(api) {
  const { base_url: baseUrl, api_key: apiKey, application_key: applicationKey } = api.credentials;
  const configuration = configure(baseUrl, apiKey, applicationKey);
  const caseTypes = new v2.CaseManagementTypeApi(configuration);
  const attributes = new v2.CaseManagementAttributeApi(configuration);
  const project = await createProject(api);
  const key = `region_${unique()}`;

  const type = await check("a case type is created, listed and renamed", async () => {
    const body = { data: { type: "case_type", attributes: { name: "Investigation", description: "", emoji: "\u{1F575}" } } };
    const made = await caseTypes.createCaseType({ body });
    readable(made);
    const renamed = await caseTypes.updateCaseType({
      caseTypeId: made.data.id,
      body: { data: { type: "case_type", attributes: { name: "Inquiry" } } },
    });
    assert.equal(renamed.data.attributes.name, "Inquiry");
    const listed = await caseTypes.getAllCaseTypes();
    readable(listed);
    assert.ok(listed.data.some((one) => one.id === made.data.id));
    return made.data;
  });

  await check("what is no emoji is refused", () =>
    refused(400, () => caseTypes.createCaseType({ body: { data: { type: "case_type", attributes: { name: "x", emoji: "no" } } } })));

  const attribute = await check("a custom attribute is defined, changed and listed", async () => {
    const body = { data: { type: "custom_attribute", attributes: { key, displayName: "Region", type: "TEXT", isMulti: true } } };
    const made = await attributes.createCustomAttributeConfig({ caseTypeId: type.id, body });
    readable(made);
    const changed = await attributes.updateCustomAttributeConfig({
      caseTypeId: type.id,
      customAttributeId: made.data.id,
      body: { data: { type: "custom_attribute", attributes: { displayName: "Area" } } },
    });
    assert.equal(changed.data.attributes.displayName, "Area");
    const ofType = await attributes.getAllCustomAttributeConfigsByCaseType({ caseTypeId: type.id });
    readable(ofType);
    assert.deepEqual(ofType.data.map((one) => one.attributes.key), [key]);
    assert.ok((await attributes.getAllCustomAttributes()).data.some((one) => one.id === made.data.id));
    await refused(404, () => attributes.createCustomAttributeConfig({ caseTypeId: "3c7a3f30-0000-4000-8000-000000000000", body }));
    return made.data;
  });

  await check("a case has a value of it, and has it no more", async () => {
    const opened = await createCase(api, project, "Where", { typeId: type.id });
    const value = { type: "TEXT", isMulti: true, value: ["eu", "us"] };
    const body = { data: { type: "case", attributes: value } };
    const changed = await api.cases.updateCaseCustomAttribute({ caseId: opened.id, customAttributeKey: key, body });
    assert.deepEqual(changed.data.attributes.customAttributes[key].value, ["eu", "us"]);
    const cleared = await api.cases.deleteCaseCustomAttribute({ caseId: opened.id, customAttributeKey: key });
    assert.equal(cleared.data.attributes.customAttributes[key], undefined);
    await refused(404, () => api.cases.deleteCaseCustomAttribute({ caseId: opened.id, customAttributeKey: "nothing" }));
  });

  await check("attribute and type are deleted, twice without error", async () => {
    for (let n = 0; n < 2; n += 1) {
      await attributes.deleteCustomAttributeConfig({ caseTypeId: type.id, customAttributeId: attribute.id });
      await caseTypes.deleteCaseType({ caseTypeId: type.id });
    }
    await refused(404, () => createCase(api, project, "Late", { typeId: type.id }));
  });
}
