// Routes that load what they need when they are first used, after the baseline.
'use strict';

const http = require('node:http');

const routes = {
  '/zip': async (text) => require('node:zlib').gzipSync(text).length,
  '/hash': async (text) => require('node:crypto').createHash('md5').update(text).digest('hex'),
  '/dns': async () => require('node:dns').getServers().length,
  '/lines': async (text) =>
    require('node:readline').createInterface({ input: require('node:stream').Readable.from([text]) })
      .constructor.name,
  '/query': async (text) => require('node:querystring').parse(text),
  '/ejs': async (text) => require('ejs').render('<b><%= text %></b>', { text }),
  '/url': async (text) => (await import('node:url')).format(new URL(`http://x/${text}`)),
};

http
  .createServer(async (req, res) => {
    const [route, text = ''] = req.url.split('?');
    const answer = routes[route] ? await routes[route](text) : 'nothing here';
    res.end(JSON.stringify(answer));
  })
  .listen(process.env.PORT);
