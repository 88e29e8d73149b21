// What the page is drawn with.
import { h } from 'preact'
import htm from 'htm'

export { Fragment, render } from 'preact'
export { useCallback, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
export { batch, computed, effect, signal } from '@preact/signals'

export const html = htm.bind(h)
