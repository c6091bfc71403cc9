'use strict';
// A health check that measures the app itself, for the livenessProbe of Kubernetes: GET /health

const express = require('express');
const { healthHandler } = require('heap-analyzer');

const app = express();

app.get('/health', healthHandler({ heapUsedAbove: 512 * 1024 * 1024 }));

app.listen(process.env.PORT || 3000);
