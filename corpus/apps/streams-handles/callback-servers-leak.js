// Payments with a call-back: for each one a little server is opened on a port of its own. And left there.
const http = require('node:http');

class Payment {
  constructor(id) {
    this.id = id;
    this.state = 'waiting';
  }

  listen() {
    this.receiver = http.createServer((req, res) => {
      this.state = 'paid';
      res.end('thanks');
    });
    return new Promise((resolve, reject) => {
      this.receiver.on('error', reject);
      this.receiver.listen(0, '127.0.0.1', () => resolve(this.receiver.address().port));
    });
  }

  async confirm(port) {
    const response = await fetchText(port);
    return { id: this.id, state: this.state, response };
  }
}

function fetchText(port) {
  return new Promise((resolve, reject) => {
    const request = http.get({ port, host: '127.0.0.1', agent: false }, (response) => {
      response.setEncoding('utf8').on('data', resolve);
    });
    request.on('error', reject);
  });
}

http
  .createServer(async (req, res) => {
    const payment = new Payment(req.url);
    const port = await payment.listen();
    res.end(JSON.stringify(await payment.confirm(port)));
  })
  .listen(process.env.PORT);
