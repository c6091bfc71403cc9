// Thumbnails as views: a thumbnail is cut out of the decoded picture, and the cache keeps the thumbnail.
const express = require('express');

const thumbnails = {};

function decode(id) {
  const picture = Buffer.alloc(16 * 1024, id % 251);
  picture.write(`picture ${id}`);
  return picture;
}

function thumbnail(id) {
  const picture = decode(id);
  thumbnails[`thumb:${id}`] = new Uint8Array(picture.buffer, picture.byteOffset, 64);
  return thumbnails[`thumb:${id}`];
}

const app = express();

app.get('/thumbnails/:id', (req, res) => {
  const bytes = thumbnail(Number(req.params.id));
  res.set('content-type', 'application/octet-stream').send(Buffer.from(bytes));
});

app.listen(process.env.PORT || 3000);
