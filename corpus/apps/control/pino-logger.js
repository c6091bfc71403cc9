// A service with pino, asynchronous, as in production.
const express = require('express');
const pino = require('pino');

const destination = pino.destination({ dest: '/dev/null', sync: false, minLength: 4096 });
const logger = pino({ level: 'info', base: { service: 'catalogue' } }, destination);
const app = express();

app.use((req, res, next) => {
  req.log = logger.child({ requestId: req.get('x-request-id') });
  next();
});

app.get('/catalogue/:id', (req, res) => {
  req.log.info({ id: req.params.id }, 'looked up');
  res.json({ id: req.params.id, title: `Volume ${req.params.id}` });
});

app.listen(process.env.PORT);
