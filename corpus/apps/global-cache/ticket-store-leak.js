// A help desk whose tickets are in a store in the manner of Redux: nothing is changed, every action makes the branch
// it touches anew, from the ticket up to the state.
'use strict';

const http = require('node:http');

const initial = {
  session: { agents: ['ada', 'grace'], theme: 'light' },
  desk: {
    queues: { support: { open: 0, tickets: { byId: {} } }, sales: { open: 0, tickets: { byId: {} } } },
  },
};

function tickets(state, action) {
  return { ...state, byId: { ...state.byId, [action.ticket.id]: action.ticket } };
}

function queue(state, action) {
  return { ...state, open: state.open + 1, tickets: tickets(state.tickets, action) };
}

function reduce(state, action) {
  if (action.type !== 'ticket/opened') return state;
  const { queues } = state.desk;
  const changed = { ...queues, [action.queue]: queue(queues[action.queue], action) };
  return { ...state, desk: { ...state.desk, queues: changed } };
}

function createStore(reducer, preloaded) {
  let current = preloaded;
  const subscribers = new Set();
  return {
    getState: () => current,
    subscribe: (subscriber) => subscribers.add(subscriber),
    dispatch(action) {
      current = reducer(current, action);
      for (const subscriber of subscribers) subscriber(current);
      return action;
    },
  };
}

const store = createStore(reduce, initial);
let changes = 0;
store.subscribe(() => (changes += 1));

http
  .createServer((req, res) => {
    const [, name, id] = req.url.split('/');
    const ticket = { id, subject: `Request ${id}`, tags: [name, 'new'], opened: new Date() };
    store.dispatch({ type: 'ticket/opened', queue: name, ticket });
    res.end(`${changes} changes, ${store.getState().desk.queues[name].open} opened`);
  })
  .listen(process.env.PORT);
