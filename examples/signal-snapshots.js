'use strict';
// A snapshot whenever somebody says: kill -USR2 <pid>

const { onSignal } = require('heap-analyzer');

onSignal('SIGUSR2');
