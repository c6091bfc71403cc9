// Asks a worker through a channel of its own for each question. The port for the reply is closed with the answer.
const { createServer } = require('node:http');
const { Worker, MessageChannel } = require('node:worker_threads');

const calculator = new Worker(
  `require('node:worker_threads').parentPort.on('message', ({ n, reply }) => reply.postMessage(n * n));`,
  { eval: true },
);

function square(n) {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve, reject) => {
    port1.on('message', (answer) => {
      port1.close();
      resolve({ n, answer, text: `${n} squared is ${answer}` });
    });
    port1.on('messageerror', reject);
    calculator.postMessage({ n, reply: port2 }, [port2]);
  });
}

createServer((req, res) => {
  square(Number(req.url.slice(1))).then((result) => res.end(JSON.stringify(result)));
}).listen(process.env.PORT);
