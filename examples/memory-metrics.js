'use strict';
// Every figure of the process's memory to a monitoring system, every half minute.

const { watchMemory } = require('heap-analyzer');

const metrics = { gauge: (name, value) => console.log(name, value) }; // your client

watchMemory({ every: '30s', gauge: (name, value) => metrics.gauge(name, value) });
