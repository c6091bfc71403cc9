// Runs people's formulas in a vm context of their own; the last three contexts are kept.
'use strict';

const { createServer } = require('node:http');
const vm = require('node:vm');

const sandboxes = new Map();

function sandboxOf(user) {
  let sandbox = sandboxes.get(user);
  if (!sandbox) {
    sandbox = vm.createContext({ user, results: [], limit: 100 });
    sandboxes.set(user, sandbox);
    if (sandboxes.size > 3) sandboxes.delete([...sandboxes.keys()][0]);
  }
  return sandbox;
}

function evaluate(user, formula) {
  return vm.runInContext(formula, sandboxOf(user), { timeout: 500 });
}

createServer((req, res) => {
  const [, user, x] = req.url.split('/');
  const result = evaluate(user, `Math.round(${Number(x)} * 1.5)`);
  res.end(String(result));
}).listen(process.env.PORT);
