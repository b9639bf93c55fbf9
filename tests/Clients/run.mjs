// node run.mjs CREDENTIALS_FILE [program...]: runs the client programs against a running instance.
import { finish, run } from "./check.mjs";
import { connect, readCredentials } from "./connect.mjs";

const [file, ...wanted] = process.argv.slice(2);
if (!file) {
  console.error("usage: node run.mjs .data/dev-credentials.json [program...]");
  process.exit(2);
}

<<<<<<< HEAD
const programs = ["account", "users", "projects", "cases", "comments", "details", "links", "many", "types", "views", "merges", "ours", "search", "policies", "teams", "errors", "refusals", "neighbours", "refusals-neighbours", "grpc", "speech-management", "speech"];
=======
const programs = ["account", "users", "projects", "cases", "comments", "details", "links", "many", "types", "views", "merges", "search", "policies", "teams", "errors", "refusals", "grpc", "speech-management", "speech", "calls"];
>>>>>>> 46a6ab5 (Drive a call of a case with the public clients)
const api = { ...connect(readCredentials(file)), credentialsFile: file };
for (const name of wanted.length > 0 ? wanted : programs) {
  const { default: program } = await import(`./programs/${name}.mjs`);
  await run(name, program, api);
}
process.exit(finish() ? 0 : 1);
