// Uploads that want to be finished before the process goes: the process knows the open ones.
const http = require('http');

const open = new Set();

process.on('SIGHUP', () => {
  for (const upload of open) upload.flush();
});

class Upload {
  constructor(name, size) {
    this.name = name;
    this.size = size;
    this.parts = [];
    this.state = 'open';
    open.add(this);
  }

  write(part) {
    this.parts.push({ length: part.length, preview: part.toString('latin1', 0, 40) });
  }

  flush() {
    this.state = 'flushed';
    this.parts.length = 0;
  }
}

const server = http.createServer(function (req, res) {
  const upload = new Upload(req.url, Number(req.headers['content-length'] || 0));
  req.on('data', (part) => upload.write(part));
  req.on('end', function () {
    upload.state = 'done';
    open.delete(upload);
    res.writeHead(201);
    res.end(upload.name);
  });
});

server.listen(process.env.PORT);
