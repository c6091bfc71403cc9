// A router that is a function with a stack of layers, as web frameworks have it.
'use strict';

class Layer {
  constructor(path, handle) {
    this.path = path;
    this.handle = handle;
  }

  matches(url) {
    return url.startsWith(this.path);
  }
}

const methods = {
  use(path, handle) {
    this.stack.push(new Layer(path, handle));
    return this;
  },

  run(req, res, done) {
    let place = 0;
    const next = () => {
      while (place < this.stack.length) {
        const layer = this.stack[place++];
        if (layer.matches(req.url)) return layer.handle(req, res, next);
      }
      return done(req, res);
    };
    return next();
  },
};

function createRouter() {
  const router = (req, res, done) => router.run(req, res, done);
  Object.setPrototypeOf(router, methods);
  router.stack = [];
  return router;
}

module.exports = { createRouter };
