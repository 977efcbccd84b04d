/** Entry of the page: opens the way to the engine, builds the state over it and puts the window into the page. */

import { mount } from 'svelte';
import { createClient, type PageBridge } from '../main/contract/index.ts';
import { Connection } from './api/connection.svelte.ts';
import { engineDoor } from './api/open.ts';
import { AppState } from './state/app.svelte.ts';
import './ui/tokens.css';
import './ui/base.css';
import NoToken from './views/NoToken.svelte';
import Window from './views/Window.svelte';

/** What the shell asks of the page; none of it starts a clone. */
function heed(bridge: PageBridge, app: AppState): void {
  bridge.onHint((hint) => {
    if (hint.kind === 'new-clone') app.newClone();
    else if (hint.kind === 'fill') app.newClone(hint.url);
    else app.show(hint.jobId);
  });
}

const target = document.getElementById('app');
if (target === null) throw new Error('index.html has no element for the window');
const open = engineDoor(window);
if (open === null) {
  mount(NoToken, { target });
} else {
  const connection = new Connection(open);
  const app = new AppState(createClient(connection), connection);
  if (window.packmule) heed(window.packmule, app);
  window.addEventListener('online', () => connection.retryNow());
  mount(Window, { target, props: { app } });
}
