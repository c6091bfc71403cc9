'use strict';
// A snapshot when the heap is above 500 MB, looked at every five minutes.

const { watchMemory } = require('heap-analyzer');

watchMemory({
  heapUsedAbove: 500 * 1024 * 1024,
  every: '5min',
  snapshot: true,
  onAlert: ({ message }) => console.log(message),
});
