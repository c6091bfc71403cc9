// Proxied look-ups with a deadline. The deadline of a look-up that is done is still waited for, with all it knows.
const { createServer } = require('node:http');

const DEADLINE = 10 * 60 * 1000;

function lookUp(id, callback) {
  setImmediate(() =>
    callback(null, { id, rows: Array.from({ length: 12 }, (_, k) => ({ k, value: `${id}-${k}` })) }),
  );
}

function withDeadline(work, id, callback) {
  const state = { done: false, result: null };
  const timeout = setTimeout(() => {
    if (!state.done) callback(new Error('too late'));
  }, DEADLINE);
  work(id, (error, result) => {
    state.done = true;
    state.result = result;
    state.timeout = timeout;
    callback(error, result);
  });
}

const server = createServer((req, res) => {
  withDeadline(lookUp, req.url.slice(1), (error, result) => {
    res.statusCode = error ? 504 : 200;
    res.end(JSON.stringify(error ? { error: error.message } : { rows: result.rows.length }));
  });
});

server.listen(process.env.PORT);
