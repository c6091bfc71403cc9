'use strict';
// A warning and a snapshot when the heap has grown by half, looked at every two minutes.

const { watchMemory } = require('heap-analyzer');

watchMemory({
  growthAbove: '50%',
  every: '2min',
  snapshot: true,
  onAlert: ({ message }) => console.warn(message),
});
