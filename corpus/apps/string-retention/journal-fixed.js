// A journal as one long text, to be shown on the status page. Every request adds a line, and old lines fall off.
const { createServer } = require('node:http');

let journal = '';

const note = (line) => {
  const lines = journal.split('\n').slice(-20);
  journal = `${lines.join('\n')}${new Date().toISOString()} ${line}\n`;
};

createServer((req, res) => {
  if (req.url === '/status') {
    res.setHeader('content-type', 'text/plain');
    return res.end(`${journal.length} characters of journal`);
  }
  note(
    `${req.method} ${req.url} from ${req.socket.remotePort} with ${Object.keys(req.headers).join(', ')} ${'.'.repeat(150)}`,
  );
  return res.end('noted');
}).listen(process.env.PORT);
