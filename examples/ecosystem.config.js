'use strict';
// PM2: snapshots on SIGUSR2 and above 500 MB, without a change to the app.

module.exports = {
  apps: [
    {
      name: 'my-app',
      script: 'app.js',
      node_args: '--require heap-analyzer/register',
      // PM2 kills what has not ended then; a capture may be on its way.
      kill_timeout: 30_000,
      env: {
        HEAP_SNAPSHOT_DIR: './heap-snapshots',
        HEAP_ANALYZER_HEAP_USED_ABOVE: '500MB',
        HEAP_ANALYZER_MAX_FILES: '5',
      },
    },
  ],
};
