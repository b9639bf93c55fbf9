// node run.mjs CREDENTIALS_FILE [program...]: runs the client programs against a running instance.
import { finish, run } from "./check.mjs";
import { connect, readCredentials } from "./connect.mjs";

const [file, ...wanted] = process.argv.slice(2);
if (!file) {
  console.error("usage: node run.mjs .data/dev-credentials.json [program...]");
  process.exit(2);
}

const programs = ["account", "users", "projects", "cases", "comments", "details", "links", "many", "types", "views", "merges", "ours", "search", "policies", "teams", "errors", "refusals", "neighbours", "refusals-neighbours", "grpc", "speech-management", "speech", "calls", "docs"];
const api = { ...connect(readCredentials(file)), credentialsFile: file };
for (const name of wanted.length > 0 ? wanted : programs) {
  const { default: program } = await import(`./programs/${name}.mjs`);
  await run(name, program, api);
}
process.exit(finish() ? 0 : 1);
