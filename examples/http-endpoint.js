'use strict';
// Snapshots over HTTP: curl http://localhost:3000/debug/heap-snapshot

const express = require('express');
const { heapSnapshotHandler } = require('heap-analyzer');

const app = express();

// On the developer's machine. In production: { token: process.env.HEAP_ANALYZER_TOKEN }
app.use('/debug/heap-snapshot', heapSnapshotHandler({ loopback: true }));

app.listen(process.env.PORT || 3000);
