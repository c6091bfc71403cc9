// The guide's pattern 2, "Event Listener Accumulation", with its solution.
const express = require('express');
const { PassThrough } = require('node:stream');

const app = express();

const feed = new PassThrough();
feed.setMaxListeners(0);
setInterval(() => feed.write(`tick ${Date.now()}\n`), 5);

function getDataStream() {
  return feed;
}

app.get('/api/stream', (req, res) => {
  const stream = getDataStream();

  const onData = (chunk) => res.write(chunk);
  const onEnd = () => {
    stream.removeListener('data', onData);
    stream.removeListener('end', onEnd);
    res.end();
  };

  stream.on('data', onData);
  stream.on('end', onEnd);

  // Cleanup on client disconnect
  req.on('close', () => {
    stream.removeListener('data', onData);
    stream.removeListener('end', onEnd);
  });
});

app.listen(process.env.PORT || 3000);
