// The layout of a graph of dependencies, drawn from the left to the right: what a thing
// needs stands left of it. After Sugiyama's: layers, then the order within each, then
// heights. What is needed farther right is led there along lanes of its own, one for all
// who need it, so that no line runs behind a box.

const SWEEPS = 12

/**
 * arrange gives nodes {name, needs: [names]} their places. box and lane are the heights
 * of a node and of a lane with the room around them. The answer: how many layers there
 * are, the height of all, places: Map of name → {layer, y of the middle}, and lines:
 * [{from, to, points: [{layer, y}], direct}]; a line is not direct if others lead the
 * same way.
 */
export function arrange(nodes, box, lane) {
  const layers = layersOf(nodes)
  const count = Math.max(-1, ...layers.values()) + 1
  const columns = Array.from({ length: count }, () => [])
  const spots = new Map()
  const add = (key, layer, size) => {
    const spot = { key, layer, size, y: 0, left: [], right: [] }
    columns[layer].push(spot)
    spots.set(key, spot)
    return spot
  }
  for (const { name } of nodes) add(name, layers.get(name), box)
  const lines = []
  for (const { name, needs } of nodes) {
    for (const from of needs.filter((n) => layers.has(n) && layers.get(n) < layers.get(name))) {
      const way = [spots.get(from)]
      for (let layer = layers.get(from) + 1; layer < layers.get(name); layer++) {
        const key = `${from}\n${layer}`
        way.push(spots.get(key) ?? add(key, layer, lane))
      }
      way.push(spots.get(name))
      for (let i = 1; i < way.length; i++) {
        if (way[i].left.includes(way[i - 1])) continue
        way[i].left.push(way[i - 1])
        way[i - 1].right.push(way[i])
      }
      lines.push({ from, to: name, way })
    }
  }
  order(columns)
  const height = settle(columns)
  const reach = reachOf(nodes)
  return {
    layers: count,
    height,
    places: new Map(nodes.map(({ name }) => [name, { layer: layers.get(name), y: spots.get(name).y }])),
    lines: lines.map(({ from, to, way }) => ({
      from, to, points: way.map(({ layer, y }) => ({ layer, y })),
      direct: !nodes.find((n) => n.name === to).needs.some((other) => other !== from && reach.get(other)?.has(from)),
    })),
  }
}

/** The layer of each: the longest way from those that need nothing. */
function layersOf(nodes) {
  const byName = new Map(nodes.map((n) => [n.name, n]))
  const layers = new Map()
  const visit = (node, above) => {
    if (layers.has(node.name)) return layers.get(node.name)
    let layer = 0
    for (const name of node.needs) {
      const needed = byName.get(name)
      if (needed && !above.has(name)) layer = Math.max(layer, visit(needed, new Set(above).add(name)) + 1)
    }
    layers.set(node.name, layer)
    return layer
  }
  for (const node of nodes) visit(node, new Set([node.name]))
  // What needs nothing stands before the first that needs it, not far away; what is
  // alone stands last.
  const last = Math.max(0, ...layers.values())
  for (const node of nodes.filter((n) => n.needs.length === 0)) {
    const users = nodes.filter((n) => n.needs.includes(node.name)).map((n) => layers.get(n.name))
    layers.set(node.name, users.length ? Math.max(0, Math.min(...users) - 1) : last)
  }
  return layers
}

/** All that each node needs, also by way of others. */
export function reachOf(nodes) {
  const byName = new Map(nodes.map((n) => [n.name, n]))
  return new Map(nodes.map(({ name }) => {
    const found = new Set()
    const rest = [name]
    while (rest.length > 0) {
      for (const needed of byName.get(rest.pop())?.needs ?? []) {
        if (found.has(needed) || !byName.has(needed)) continue
        found.add(needed)
        rest.push(needed)
      }
    }
    return [name, found]
  }))
}

/** Orders each layer by the barycentres of its neighbours; the order with the fewest crossings stays. */
function order(columns) {
  let best = columns.map((c) => [...c])
  let fewest = crossings(columns)
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep++) {
    const forth = sweep % 2 === 0
    for (const column of forth ? columns : columns.toReversed()) {
      const near = (spot) => (forth ? spot.left : spot.right)
      const centre = new Map(column.map((spot, i) => [spot, mean(near(spot).map((n) => columns[n.layer].indexOf(n) / columns[n.layer].length)) ?? i / column.length]))
      column.sort((a, b) => centre.get(a) - centre.get(b))
    }
    const found = crossings(columns)
    if (found < fewest) [best, fewest] = [columns.map((c) => [...c]), found]
  }
  best.forEach((column, i) => columns[i].splice(0, Infinity, ...column))
}

function crossings(columns) {
  let count = 0
  for (let i = 1; i < columns.length; i++) {
    const links = columns[i].flatMap((spot, to) => spot.left.map((from) => [columns[i - 1].indexOf(from), to]))
    for (const [a, b] of links) for (const [c, d] of links) if (a < c && b > d) count++
  }
  return count
}

/** Gives heights: each as near to its neighbours as its layer has room. Returns the height of all. */
function settle(columns) {
  for (const column of columns) place(column, column.map(() => 0))
  for (let sweep = 0; sweep < 2 * SWEEPS; sweep++) {
    for (const column of sweep % 2 === 0 ? columns : columns.toReversed()) {
      place(column, column.map((spot) => mean([...spot.left, ...spot.right].map((n) => n.y)) ?? spot.y))
    }
  }
  const all = columns.flat()
  const top = Math.min(...all.map((s) => s.y - s.size / 2))
  for (const spot of all) spot.y -= top
  return all.length ? Math.max(...all.map((s) => s.y + s.size / 2)) : 0
}

/**
 * Puts a layer's spots as near as they may be to where they want to be, in their order
 * and without overlap: where they would, they form a group that stands at the mean.
 */
function place(column, wanted) {
  const groups = []
  let offset = 0
  column.forEach((spot, i) => {
    const own = offset + spot.size / 2
    groups.push({ sum: wanted[i] - own, members: [{ spot, own }] })
    offset += spot.size
    while (groups.length > 1 && at(groups.at(-2)) > at(groups.at(-1))) {
      const { sum, members } = groups.pop()
      groups.at(-1).sum += sum
      groups.at(-1).members.push(...members)
    }
  })
  for (const group of groups) for (const { spot, own } of group.members) spot.y = at(group) + own
}

const at = ({ sum, members }) => sum / members.length

const mean = (values) => (values.length ? values.reduce((a, b) => a + b, 0) / values.length : null)
