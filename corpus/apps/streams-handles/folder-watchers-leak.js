// Shows a folder and watches it for changes: with a new watcher for everyone who looks.
const http = require('node:http');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'inbox-'));
for (const name of ['a.txt', 'b.txt', 'c.txt']) fs.writeFileSync(path.join(folder, name), name.repeat(10));

function open(view, callback) {
  fs.watch(folder, (event, name) => {
    view.changes.push({ event, name });
  });
  fs.readdir(folder, (error, files) => callback(error, { ...view, files }));
}

const server = http.createServer((req, res) => {
  const view = { id: req.url, changes: [], columns: ['name', 'size', 'changed'], sortedBy: 'name' };
  open(view, (error, shown) => {
    if (error) return res.writeHead(500).end();
    return res.end(JSON.stringify(shown));
  });
});

server.listen(process.env.PORT);
