// The guide's pattern 2, "Event Listener Accumulation", as it is written there. What makes it leak is that the
// stream outlives the request: here it is one feed for all.
const express = require('express');
const { PassThrough } = require('node:stream');

const app = express();

const feed = new PassThrough();
feed.setMaxListeners(0);
setInterval(() => feed.write(`tick ${Date.now()}\n`), 5);

function getDataStream() {
  return feed;
}

// Each request adds listeners that never get removed
app.get('/api/stream', (req, res) => {
  const stream = getDataStream();

  stream.on('data', (chunk) => res.write(chunk));
  stream.on('end', () => res.end());
  // Missing: stream.removeAllListeners() on request end
});

app.listen(process.env.PORT || 3000);
