// express-session with a bounded store and thirty people who keep coming back.
const express = require('express');
const session = require('express-session');

class BoundedStore extends session.Store {
  constructor(limit) {
    super();
    this.limit = limit;
    this.saved = new Map();
  }

  get(id, callback) {
    const text = this.saved.get(id);
    setImmediate(callback, null, text ? JSON.parse(text) : null);
  }

  set(id, value, callback) {
    this.saved.delete(id);
    this.saved.set(id, JSON.stringify(value));
    if (this.saved.size > this.limit) this.saved.delete(this.saved.keys().next().value);
    setImmediate(callback, null);
  }

  touch(id, value, callback) {
    this.set(id, value, callback);
  }

  destroy(id, callback) {
    this.saved.delete(id);
    setImmediate(callback, null);
  }
}

const app = express();
app.use(
  session({ secret: 'not a secret', resave: false, saveUninitialized: true, store: new BoundedStore(45) }),
);

app.get('/', (req, res) => {
  req.session.views = (req.session.views ?? 0) + 1;
  res.json({ views: req.session.views });
});

app.listen(process.env.PORT);
