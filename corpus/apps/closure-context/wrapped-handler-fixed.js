// A proxy whose handler is wrapped anew whenever somebody turns on logging.
const { createServer } = require('node:http');

const logged = { lines: 0 };

function base(request) {
  return { status: 200, text: `hello ${request.url}` };
}

function withLogging(next, label) {
  const options = { label, since: new Date(), fields: ['url', 'status', label], prefix: `[${label}]` };
  return (request) => {
    const answer = next(request);
    logged.lines += options.fields.length;
    return answer;
  };
}

let handler = base;

createServer((request, response) => {
  if (request.url.startsWith('/logging/')) {
    handler = withLogging(base, request.url.slice('/logging/'.length));
    return response.end('logging is on');
  }
  const { status, text } = handler(request);
  return response.writeHead(status).end(text);
}).listen(process.env.PORT);
