import { serve } from './serve.js';

const answer = serve((message, transfer) => self.postMessage(message, transfer));
self.onmessage = (event) => answer(event.data);
