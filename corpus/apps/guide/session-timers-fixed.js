// The guide's pattern 4, "Timer/Interval Leaks", with its solution.
const express = require('express');
const { randomUUID } = require('node:crypto');

const app = express();
app.use(express.json());

const generateSessionId = () => randomUUID();

const userSessions = new Map();

app.post('/api/login', (req, res) => {
  const sessionId = generateSessionId();

  const timeout = setTimeout(
    () => {
      userSessions.delete(sessionId);
    },
    30 * 60 * 1000,
  ); // 30 minutes

  userSessions.set(sessionId, { user: req.body.user, timeout });
  res.json({ sessionId });
});

app.post('/api/logout', (req, res) => {
  const session = userSessions.get(req.body.sessionId);
  if (session) {
    clearTimeout(session.timeout); // Important: clear the timer
    userSessions.delete(req.body.sessionId);
  }
  res.json({ success: true });
});

app.listen(process.env.PORT || 3000);
