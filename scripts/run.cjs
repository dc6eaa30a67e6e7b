// Starts a program of this project, or says in one line why it cannot. Plain JavaScript, because an old Node reads it.
const { existsSync } = require('node:fs');
const { resolve } = require('node:path');
const { pathToFileURL } = require('node:url');

const wanted = 24;
const found = Number(process.versions.node.split('.')[0]);
const target = process.argv[2];

if (found < wanted) {
  console.error(
    `This needs Node ${wanted} and runs on Node ${process.versions.node}: run "npm ci", which brings it along, and start by "npm run …".`,
  );
  process.exit(1);
}
if (!existsSync(resolve(__dirname, '../node_modules/pino'))) {
  console.error('The packages are not there: run "npm ci" first.');
  process.exit(1);
}
if (target !== undefined) {
  const file = resolve(target);
  if (!existsSync(file)) {
    console.error(`${target} is not there: run "npm ci" first.`);
    process.exit(1);
  }
  process.argv.splice(1, 2, file);
  import(pathToFileURL(file).href);
}
