// Thumbnails as views: a thumbnail is cut out of the decoded picture, and copied before the cache keeps it, for fifty pictures.
const express = require('express');

const thumbnails = {};
const KEPT = 50;

function decode(id) {
  const picture = Buffer.alloc(16 * 1024, id % 251);
  picture.write(`picture ${id}`);
  return picture;
}

function thumbnail(id) {
  const picture = decode(id);
  thumbnails[`thumb:${id}`] = Uint8Array.from(picture.subarray(0, 64));
  delete thumbnails[`thumb:${id - KEPT}`];
  return thumbnails[`thumb:${id}`];
}

const app = express();

app.get('/thumbnails/:id', (req, res) => {
  const bytes = thumbnail(Number(req.params.id));
  res.set('content-type', 'application/octet-stream').send(Buffer.from(bytes));
});

app.listen(process.env.PORT || 3000);
