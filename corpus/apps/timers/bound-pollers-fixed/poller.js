// Shipments are polled for their state for as long as somebody looks at them.
'use strict';

class Poller {
  constructor(shipment) {
    this.shipment = shipment;
    this.states = ['received'];
    this.timer = null;
  }

  start() {
    this.timer = setInterval(this.poll.bind(this), 20_000);
    return this;
  }

  poll() {
    this.states.push(`on its way at ${Date.now()}`);
  }

  stop() {
    clearInterval(this.timer);
    this.states.push('nobody looks');
  }
}

module.exports = { Poller };
