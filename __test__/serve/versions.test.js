'use strict';

/**
 * The endpoint and the watch on every Node we promise, in an app of the oldest frameworks that run everywhere.
 */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { promisify } = require('node:util');
const { majors, nodeBinary } = require('../../fixtures/nodes');
const { root } = require('../helpers/run');
const { temporaryDirectory } = require('../helpers/temporary');

const PROGRAM = `'use strict';
  const fs = require('node:fs');
  const { analyze } = require(${JSON.stringify(root)});
  const { servers, authorized, MOUNT, TOKEN } = require(${JSON.stringify(path.join(root, '__test__/helpers/serving.js'))});
  const { watchMemory } = require(${JSON.stringify(root)});
  (async () => {
    const told = [];
    for (const name of ['Express 4', 'Fastify 4']) {
      const server = await servers[name]({ token: TOKEN, directory: process.cwd() });
      const ask = (route, init) => fetch(server.url + MOUNT + route, { ...authorized(), ...init });
      const taken = await (await ask('', { method: 'POST' })).json();
      const redacted = await ask('/' + taken.id + '?redact=1');
      fs.writeFileSync('redacted', Buffer.from(await redacted.arrayBuffer()));
      const { snapshots } = await analyze('redacted');
      const { snapshots: listed } = await (await ask('/list')).json();
      const refused = await fetch(server.url + MOUNT);
      told.push([name, taken.size === fs.statSync(taken.path).size, snapshots[0].nodeCount > 10000, listed.length, refused.status]);
      await ask('/' + taken.id, { method: 'DELETE' });
      await server.close();
    }
    const [{ kind, snapshot }] = await watchMemory({ heapUsedAbove: 1, snapshot: true, onAlert() {} }).check();
    told.push([kind, snapshot.nodeCount > 10000]);
    console.log(JSON.stringify(told));
  })();
`;

for (const major of majors()) {
  test(`Node ${major}`, { timeout: 60_000 }, async (t) => {
    const cwd = temporaryDirectory(t);
    fs.writeFileSync(path.join(cwd, 'app.js'), PROGRAM);
    const { stdout } = await promisify(execFile)(await nodeBinary(major), ['app.js'], { cwd });
    assert.deepEqual(JSON.parse(stdout), [
      ...['Express 4', 'Fastify 4'].map((name) => [name, true, true, 1, 401]),
      ['heapUsed', true],
    ]);
  });
}
