// What only the page itself can do: preferences, keys, the clipboard, and the pointer on a timeline. One small module, no library.

const read = key => { try { return localStorage.getItem('wayward.' + key); } catch { return null; } };
const write = (key, value) => { try { localStorage.setItem('wayward.' + key, value); } catch { /* private mode: remembered for this page only */ } };

export function preferences() {
  return { theme: read('theme') ?? 'system', zone: read('zone') ?? 'utc', timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone ?? 'UTC', dark: isDark(), keys: read('keys') !== 'off' };
}

const isDark = () => {
  const theme = document.documentElement.dataset.theme;
  return theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
};

export function setTheme(theme) {
  write('theme', theme);
  if (theme === 'system') delete document.documentElement.dataset.theme; else document.documentElement.dataset.theme = theme;
  return isDark();
}

export const setZone = zone => write('zone', zone);
export const setKeys = on => write('keys', on ? 'on' : 'off');

// Text that was typed and not sent. It is kept here while it is typed, so that neither a closed dialog nor a conflict nor a reload nor a restart of the program loses it.
const draftKey = key => 'draft.' + key;
document.addEventListener('input', e => {
  const key = e.target instanceof HTMLElement ? e.target.dataset.draft : undefined;
  if (key) write(draftKey(key), e.target.value);
}, true);
export const draft = key => read(draftKey(key));
export function dropDraft(key) { try { localStorage.removeItem('wayward.' + draftKey(key)); } catch { /* storage refused: there was no draft */ } }

// A lost connection is a line at the top, never a curtain over what is being read. A server that has started again knows nothing of this page: it is read anew,
// at the same address, which is its whole state. One that stays away is asked now and then, and at once when the window is looked at again.
const answers = async () => { try { return (await fetch('health/live', { cache: 'no-store' })).ok; } catch { return false; } };
let waiting = 0;
document.getElementById('components-reconnect-modal')?.addEventListener('components-reconnect-state-changed', e => {
  const state = e.detail?.state;
  if (state === 'rejected') location.reload();
  else if (state === 'failed') waiting ||= setInterval(async () => { if (await answers()) location.reload(); }, 5000);
  else if (state === 'hide') { clearInterval(waiting); waiting = 0; }
});
document.addEventListener('visibilitychange', async () => { if (waiting && document.visibilityState === 'visible' && await answers()) location.reload(); });

const typing = target => target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

// A key or a button that opens a dialog is answered by the server. What is typed until the dialog has the focus belongs into the dialog: it is held, and then put into the first field for text.
// Escape belongs to the dialog too: it closes the dialog as soon as the dialog has the focus.
const opening = new Set(['e', 'c', 'm', 'i', '?']);
let held = null;
const textField = dialog => dialog.querySelector('textarea:not([disabled]):not([readonly]), input[type=text]:not([disabled]):not([readonly])');
function hold(limit) {
  const mine = held = { text: '', escaped: false };
  const end = () => { clearInterval(timer); if (held === mine) held = null; };
  const began = performance.now();
  const timer = setInterval(() => {
    const dialog = document.activeElement?.closest?.('.mud-dialog');
    if (dialog) {
      end();
      // A digit chooses in a dialog that numbers its choices.
      if (/^[1-9]/.test(mine.text) && dialog.querySelector('[data-digits]')?.contains(document.activeElement)) {
        document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: mine.text[0], bubbles: true }));
        mine.text = mine.text.slice(1);
      }
      const field = mine.text && textField(dialog);
      if (field) {
        field.focus();
        field.setRangeText(mine.text, field.selectionStart ?? field.value.length, field.selectionEnd ?? field.value.length, 'end');
        field.dispatchEvent(new Event('input', { bubbles: true }));
      }
      if (mine.escaped) document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', code: 'Escape', bubbles: true }));
    } else if (performance.now() - began > limit) end();
  }, 15);
  return end;
}
document.addEventListener('keydown', e => {
  if (!held || e.ctrlKey || e.metaKey || e.altKey) return;
  if (e.key.length !== 1 && e.key !== 'Backspace' && e.key !== 'Enter' && e.key !== 'Escape') return;
  e.preventDefault();
  e.stopImmediatePropagation();
  if (e.key === 'Escape') held.escaped = true;
  if (held.escaped) return;
  if (e.key === 'Backspace') held.text = held.text.slice(0, -1);
  else if (e.key.length === 1) held.text += e.key;
}, true);
document.addEventListener('click', e => { if (e.target instanceof Element && e.target.closest('[data-opens]')) hold(4000); }, true);

// A digit chooses in a group that numbers its choices, and takes the focus there: Enter on a choice chooses the one with the focus.
document.addEventListener('keydown', e => {
  if (!/^[1-9]$/.test(e.key) || e.ctrlKey || e.metaKey || e.altKey || !(e.target instanceof Element)) return;
  const choice = e.target.closest('[data-digits]')?.querySelectorAll('input[type=radio]')[e.key - 1];
  if (!choice) return;
  e.preventDefault();
  choice.focus();
  choice.click();
});

// Ctrl+Enter sends the form. The component library would also take its Enter as the choice of the focused radio button, so the button does not get it.
document.addEventListener('keydown', e => {
  if (e.key !== 'Enter' || !(e.ctrlKey || e.metaKey) || !(e.target instanceof Element) || !e.target.matches('[data-digits] *')) return;
  e.preventDefault();
  e.stopImmediatePropagation();
  e.target.closest('[data-digits]').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', ctrlKey: true, bubbles: true }));
}, true);

// Single keys, as an analyst's hands expect; never while typing, in a dialog, with a modifier, or when they are switched off.
export function listen(dotnet, keys) {
  const known = new Set(keys);
  const handler = e => {
    if (e.key.length === 1 && read('keys') === 'off') return;
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || !known.has(e.key)) return;
    if (typing(e.target) && e.target.type !== 'checkbox') return;
    if (document.querySelector('.mud-dialog')) return;
    if (e.key === 'Enter' && e.target instanceof HTMLElement && e.target.closest('a,button,[role=button],.plot')) return;
    e.preventDefault();
    if (e.key === '/') { document.getElementById('search')?.focus(); document.getElementById('search')?.select(); return; }
    // The answer comes when the dialog is closed, or at once when the key opens none.
    const end = opening.has(e.key) ? hold(15000) : null;
    const answer = dotnet.invokeMethodAsync('OnKey', e.key);
    if (end) answer.then(end, end);
  };
  document.addEventListener('keydown', handler);
  return { stop: () => document.removeEventListener('keydown', handler) };
}

export async function copy(text) {
  try { await navigator.clipboard.writeText(text); return true; }
  catch {
    const area = document.createElement('textarea');
    area.value = text; area.style.position = 'fixed'; area.style.opacity = '0';
    document.body.append(area); area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}

// Copy buttons work by delegation, so a table of a thousand ids costs no listener and no round trip.
document.addEventListener('click', async e => {
  const button = e.target instanceof Element ? e.target.closest('button.copy') : null;
  if (!button) return;
  e.preventDefault();
  e.stopPropagation();
  if (await copy(button.dataset.copy ?? '')) {
    button.classList.add('done');
    setTimeout(() => button.classList.remove('done'), 1200);
  }
}, true);

// A chart takes the width that its place has, also when the place changes without the window.
const sizes = new ResizeObserver(entries => {
  for (const { target } of entries) {
    const plot = target.querySelector('.js-plotly-plot');
    if (plot && window.Plotly && target.clientWidth > 0) window.Plotly.Plots.resize(plot);
  }
});
function follow(element) { if (element?.isConnected) sizes.observe(element); }

// Whether a chart stands in the element within two seconds; an element that has left the page wants none.
export async function drawn(element) {
  follow(element);
  for (let i = 0; i < 20; i++) {
    if (!element?.isConnected || element.querySelector('.main-svg')) return true;
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  return false;
}

// A dialog gives the focus back to where it was asked for, whatever the page has redrawn since.
let before = null;
document.addEventListener('focusin', e => { if (e.target instanceof HTMLElement && !e.target.closest('.mud-dialog, .mud-dialog-container, .mud-overlay')) before = e.target; });
export function giveBack() {
  const wanted = before;
  setTimeout(() => {
    if (document.querySelector('.mud-dialog')) return;
    const lost = !document.activeElement || document.activeElement === document.body;
    if (lost) (wanted?.isConnected ? wanted : document.querySelector('main h1'))?.focus({ preventScroll: true });
  }, 60);
}
export const reveal = id => document.getElementById(id)?.scrollIntoView({ block: 'nearest' });

// The pointer on a timeline: hover asks the server for one cell in words (throttled), a click opens it, a drag across selects a span.
export function timeline(root, dotnet) {
  const tip = document.createElement('div');
  tip.className = 'tl-tip';
  tip.setAttribute('role', 'tooltip');
  document.body.append(tip);
  const brush = root.querySelector('.brush');
  let asked = '', shown = '', timer = 0, drag = null, last = null;

  const place = e => {
    const plot = e.target instanceof Element ? e.target.closest('.plot[data-lane]') : null;
    if (!plot) return null;
    const box = plot.getBoundingClientRect();
    const cells = Number(root.dataset.cells);
    const index = Math.floor((e.clientX - box.left) / box.width * cells);
    return index < 0 || index >= cells ? null : { lane: Number(plot.dataset.lane), index, box };
  };
  const moveTip = e => {
    tip.style.left = Math.min(e.clientX + 14, innerWidth - tip.offsetWidth - 8) + 'px';
    tip.style.top = (e.clientY + 18 + tip.offsetHeight > innerHeight ? e.clientY - tip.offsetHeight - 10 : e.clientY + 18) + 'px';
  };
  const hide = () => { tip.style.display = 'none'; asked = shown = ''; };
  const ask = async () => {
    timer = 0;
    if (!last) return;
    const key = last.lane + ':' + last.index;
    if (key === shown) return;
    asked = key;
    const words = await dotnet.invokeMethodAsync('Describe', last.lane, last.index);
    if (asked !== key) return;
    shown = key;
    tip.textContent = words ?? '';
    tip.style.display = words ? 'block' : 'none';
    if (last?.event) moveTip(last.event);
  };
  const onMove = e => {
    if (drag) {
      const box = drag.box, left = Math.max(Math.min(drag.x, e.clientX), box.left), right = Math.min(Math.max(drag.x, e.clientX), box.right);
      const host = brush.parentElement.getBoundingClientRect();
      brush.style.display = right - left > 4 ? 'block' : 'none';
      brush.style.left = left - host.left + 'px';
      brush.style.width = right - left + 'px';
      drag.from = (left - box.left) / box.width; drag.to = (right - box.left) / box.width; drag.moved = right - left > 4;
      if (drag.moved) { hide(); return; }
    }
    const at = place(e);
    if (!at) { last = null; hide(); return; }
    last = { ...at, event: e };
    moveTip(e);
    if (!timer) timer = setTimeout(ask, 60);
  };
  const onDown = e => {
    const at = e.button === 0 ? place(e) : null;
    if (at) drag = { x: e.clientX, box: at.box, at, moved: false };
  };
  const onUp = e => {
    const was = drag;
    drag = null;
    if (brush) brush.style.display = 'none';
    if (!was) return;
    if (was.moved) dotnet.invokeMethodAsync('Brushed', was.from, was.to);
    else if (place(e)) dotnet.invokeMethodAsync('Opened', was.at.lane, was.at.index);
  };
  const onLeave = () => { last = null; hide(); };
  // Left and right are answered by the server, which speaks the cell; up and down go to the lane above and below without asking it. Neither scrolls the page.
  const onKey = e => {
    const plot = e.target instanceof Element && e.target.matches('.plot[data-lane]') ? e.target : null;
    if (!plot || e.ctrlKey || e.metaKey || e.altKey || !/^(Arrow(Left|Right|Up|Down)|Home|End|Enter)$/.test(e.key)) return;
    e.preventDefault();
    const step = e.key === 'ArrowDown' ? 1 : e.key === 'ArrowUp' ? -1 : 0;
    if (!step) return;
    const plots = [...root.querySelectorAll('.plot[data-lane]')];
    const next = plots[plots.indexOf(plot) + step];
    next?.focus({ preventScroll: true });
    next?.scrollIntoView({ block: 'nearest' });
  };
  root.addEventListener('keydown', onKey);
  root.addEventListener('pointermove', onMove);
  root.addEventListener('pointerdown', onDown);
  root.addEventListener('pointerleave', onLeave);
  addEventListener('pointerup', onUp);
  return {
    stop: () => {
      root.removeEventListener('pointermove', onMove);
      root.removeEventListener('pointerdown', onDown);
      root.removeEventListener('pointerleave', onLeave);
      root.removeEventListener('keydown', onKey);
      removeEventListener('pointerup', onUp);
      tip.remove();
    },
  };
}

// The focus goes to a field that has just been drawn, with the caret at its end.
export async function focusOn(id) {
  for (let i = 0; i < 40; i++) {
    const field = document.getElementById(id);
    if (field) { field.focus(); field.setSelectionRange?.(field.value.length, field.value.length); return; }
    await new Promise(resolve => setTimeout(resolve, 25));
  }
}
