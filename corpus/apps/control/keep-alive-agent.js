// A front end that calls a backend over kept-alive connections; the pool of sockets fills under load.
'use strict';

const http = require('node:http');

const agent = new http.Agent({ keepAlive: true, maxSockets: 8, maxFreeSockets: 8 });

function backend(path) {
  return new Promise((resolve, reject) => {
    const options = { agent, host: '127.0.0.1', port: process.env.UPSTREAM_PORT, path };
    const request = http.get(options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => resolve(JSON.parse(text)));
    });
    request.on('error', reject);
  });
}

http
  .createServer(async (req, res) => {
    const answers = await Promise.all([1, 2, 3, 4, 5, 6].map((part) => backend(`${req.url}/${part}`)));
    res.end(JSON.stringify(answers.map(({ stock }) => stock)));
  })
  .listen(process.env.PORT);
