// Thumbnails in an LRU cache that is not yet full: most of what is asked for is there, so it fills more and more slowly.
'use strict';

const http = require('node:http');
const LRU = require('lru-cache');

const thumbnails = new LRU({ max: 250 });

function thumbnail(picture) {
  return { picture, size: [120, 90], svg: `<svg viewBox="0 0 120 90"><title>${picture}</title></svg>` };
}

http
  .createServer((req, res) => {
    const picture = req.url.slice(1);
    let known = thumbnails.get(picture);
    if (!known) {
      known = thumbnail(picture);
      thumbnails.set(picture, known);
    }
    res.setHeader('content-type', 'image/svg+xml');
    res.end(known.svg);
  })
  .listen(process.env.PORT);
