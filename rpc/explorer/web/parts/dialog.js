import { html, useEffect, useId, useRef } from '../lib/ui.js'

/** A window over the page, as long as open is true; Escape and a press beside it close it. */
export function Dialog({ open, close, title, children }) {
  const dialog = useRef(null)
  const id = useId()
  useEffect(() => {
    if (open && !dialog.current.open) dialog.current.showModal()
    if (!open && dialog.current.open) dialog.current.close()
  }, [open])
  return html`<dialog class="dialog" ref=${dialog} aria-labelledby=${id} onClose=${close} onClick=${(event) => { if (event.target === dialog.current) close() }}>
    ${open && html`<div class="sheet">
      <header><h2 id=${id}>${title}</h2>
        <button class="copy" type="button" onClick=${close} aria-label="Close"><svg width="14" height="14" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.8" aria-hidden="true"><path d="M3 3l10 10M13 3L3 13" /></svg></button></header>
      ${children}
    </div>`}
  </dialog>`
}
