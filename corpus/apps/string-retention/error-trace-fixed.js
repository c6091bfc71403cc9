// Writes a trace of all requests into one text and looks into it for alarms after each, which makes the text flat: it
// is another string every time. What is older than the latest four thousand characters is cut off.
'use strict';

const http = require('node:http');

let trace = '';

function note(request) {
  trace += `${new Date().toISOString()} ${request.method} ${request.url} ${'-'.repeat(60)}\n`;
  trace = trace.slice(-4000);
  return trace.indexOf('/alarm') >= 0;
}

http
  .createServer((req, res) => {
    const alarm = note(req);
    res.end(alarm ? 'somebody look into the trace' : `${trace.length} characters, all quiet`);
  })
  .listen(process.env.PORT);
