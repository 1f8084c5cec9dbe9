// The edit page: what the pointer, the keys and the buttons mean for the mask, the view and the frame.
import { CLEAR, INVERT, Mask, file, paints, rectangle, stroke } from "./mask.js";
import { History } from "./history.js";
import { View } from "./view.js";
import { canvas as canvasOf, dragged } from "./frame.js";
import { pointers } from "./pointers.js";
import { keys } from "./keys.js";
import { send } from "./send.js";
import "./models.js";
import { all, data, hit, maybe, one } from "../../look/js/elements.js";
import { gettext } from "../../look/js/words.js";

const MOST_MASK = 2048; // the longest edge of the mask: Limner makes it as large as the picture
/** @type {Side[]} */
const SIDES = ["top", "right", "bottom", "left"];
const edit = maybe(HTMLFormElement, "#edit");
if (edit) desk(edit);
inAnotherTab();

/** @param {HTMLFormElement} form */
function desk(form) {
  const at = (/** @type {string} */ id) => one(HTMLElement, `#${id}`);
  const [stage, board, ring, rubber] = [at("stage"), at("board"), at("ring"), at("rubber")];
  const image = one(HTMLImageElement, "#picture");
  const sheet = one(HTMLCanvasElement, "#mask");
  const picture = { width: image.width, height: image.height };
  const limits = { longest: Number(form.dataset.longest), pixels: Number(form.dataset.mostPixels) };
  const ratio = Math.min(1, MOST_MASK / Math.max(picture.width, picture.height));
  sheet.width = Math.round(picture.width * ratio);
  sheet.height = Math.round(picture.height * ratio);
  const context = sheet.getContext("2d");
  if (!context) throw new Error("this browser draws no more canvases");
  const mask = new Mask(context, sheet.width, sheet.height);
  const done = new History();
  const view = new View();
  const size = one(HTMLInputElement, "#brush-size");
  let margins = readMargins();
  /** @type {Begun | null} */
  let open = null; // what has begun: a stroke, a corner of a rectangle, a hand, an edge of the frame
  let cursor = { x: picture.width / 2, y: picture.height / 2 }; // the keyboard's brush, in the picture's pixels

  stage.tabIndex = 0;
  stage.setAttribute("role", "application");
  stage.setAttribute("aria-label", gettext("The picture. Paint where it should change."));
  stage.setAttribute("aria-describedby", "keys");
  size.max = String(Math.max(40, Math.round(Math.max(picture.width, picture.height) / 2)));
  size.value = String(Math.round(Math.max(picture.width, picture.height) / 12));

  // --- tools ---

  const tool = () => one(HTMLInputElement, "[name=tool]:checked").value;
  const choose = (/** @type {string} */ name) => {
    one(HTMLInputElement, `[name=tool][value=${name}]`).checked = true;
    chosen();
  };
  const chosen = () => {
    stage.dataset.tool = tool();
    at("frame").hidden = tool() !== "grow" && !grows();
    aim(null);
  };
  const resize = (/** @type {number} */ by) => {
    size.value = String(Math.round(Number(size.value) * by));
    aim(view.toStage(cursor));
  };
  const middle = () => ({ x: stage.clientWidth / 2, y: stage.clientHeight / 2 });
  const does = {
    undo: () => { if (done.undo()) again(); },
    redo: () => { if (done.redo()) again(); },
    invert: () => finish(INVERT),
    clear: () => { if (done.operations.length) finish(CLEAR); },
    in: () => { view.zoom(1.25, middle()); show(); },
    out: () => { view.zoom(0.8, middle()); show(); },
    fit: () => { view.fit({ width: stage.clientWidth, height: stage.clientHeight }, canvasOf(margins, picture)); show(); },
  };
  /** @type {Record<string, () => void>} */
  const byName = {
    ...does,
    b: () => choose("brush"), e: () => choose("eraser"), r: () => choose("rectangle"), h: () => choose("hand"),
    g: () => choose("grow"), i: does.invert, Delete: does.clear, Backspace: does.clear,
    "+": does.in, "=": does.in, "-": does.out, "−": does.out, 0: does.fit,
    "[": () => resize(0.85), "]": () => resize(1.18),
  };
  for (const button of all(HTMLButtonElement, "[data-does]")) {
    button.addEventListener("click", () => byName[data(button, "does")]?.());
  }
  for (const radio of document.querySelectorAll("[name=tool]")) radio.addEventListener("change", chosen);

  // --- painting ---

  /** @type {(point: Point) => [x: number, y: number]} */
  const inMask = ({ x, y }) => [x * ratio, y * ratio];
  const onMask = (/** @type {Point} */ point) => inMask(view.toPicture(point));
  /** @param {PointerEvent} [event] */
  const erases = (event) => tool() === "eraser" || Boolean(event && (event.buttons & 32 || event.shiftKey));

  function again() {
    mask.show(done.operations);
    tell();
  }
  /** @param {Operation} operation */
  function finish(operation, drawn = false) {
    if (!drawn) mask.draw(operation);
    done.push(operation);
    tell();
  }
  /** @param {[x: number, y: number]} point @param {boolean} erase */
  function startStroke([x, y], erase) {
    open = { stroke: stroke(x, y, Number(size.value) * ratio, erase) };
    mask.draw(open.stroke);
  }
  function drop() {
    if (open?.stroke) mask.show(done.operations);
    open = null;
    rubber.hidden = true;
  }

  /** @type {Record<string, (point: Point, event: PointerEvent) => void>} */
  const GESTURES = {
    brush: (point, event) => startStroke(onMask(point), erases(event)),
    eraser: (point) => startStroke(onMask(point), true),
    rectangle: (point, event) => { open = { corner: point, erase: erases(event) }; },
    hand: (point) => { open = { hand: point }; },
    grow: (point, event) => {
      const name = hit(event, HTMLElement, "[data-side]")?.dataset.side;
      const side = SIDES.find((one) => one === name);
      open = side ? { side, from: point, margins } : { hand: point };
    },
  };

  pointers(stage, {
    begin(point, event) {
      drop();
      GESTURES[event.button === 1 ? "hand" : tool()]?.(point, event);
      aim(event.pointerType === "touch" ? null : point);
    },
    move(points) {
      const last = points.at(-1);
      if (!last) return;
      if (open?.stroke) mask.extend(open.stroke, points.flatMap(onMask));
      else if (open?.corner) stretch(open, last);
      else if (open?.hand) {
        view.pan(last.x - open.hand.x, last.y - open.hand.y);
        open.hand = last;
        show();
      } else if (open?.side) grow(open, last);
      if (!ring.hidden) aim(last);
    },
    end(event) {
      const was = open;
      open = null;
      rubber.hidden = true;
      if (was?.stroke) finish(was.stroke, true);
      else if (was?.corner && was.stretched) {
        finish(rectangle(...onMask(was.corner), ...onMask(was.stretched), was.erase));
      }
      else if (was?.side) does.fit();
      if (event.pointerType === "touch") aim(null);
    },
    drop,
    look(factor, point, dx, dy) {
      view.pan(dx, dy);
      view.zoom(factor, point);
      show();
    },
    hover: (point) => { if (!open) aim(point); },
  });

  /** @param {Spanning} open @param {Point} to */
  function stretch(open, to) {
    const from = open.corner;
    open.stretched = to;
    rubber.hidden = false;
    rubber.style.transform = `translate(${Math.min(from.x, to.x)}px, ${Math.min(from.y, to.y)}px)`;
    rubber.style.width = `${Math.abs(to.x - from.x)}px`;
    rubber.style.height = `${Math.abs(to.y - from.y)}px`;
  }

  // --- the keyboard's brush ---

  const brush = {
    /** @param {number} dx @param {number} dy */
    move(dx, dy) {
      const step = Math.max(1, Math.max(picture.width, picture.height) / 512);
      if (tool() === "hand") {
        view.pan(-dx, -dy);
        return show();
      }
      const within = (/** @type {number} */ value, /** @type {number} */ most) => Math.min(most, Math.max(0, value));
      cursor = { x: within(cursor.x + dx * step, picture.width), y: within(cursor.y + dy * step, picture.height) };
      if (open?.stroke) mask.extend(open.stroke, inMask(cursor));
      else if (open?.corner) stretch(open, view.toStage(cursor));
      aim(view.toStage(cursor));
    },
    press() {
      if (tool() === "rectangle") this.toggle();
      else if (tool() === "brush" || tool() === "eraser") {
        if (!open) startStroke(inMask(cursor), erases());
        if (open) open.held = true;
      }
      aim(view.toStage(cursor));
    },
    release() {
      if (open?.held) this.lift();
    },
    toggle() {
      if (open) this.lift();
      else if (tool() === "rectangle") open = { corner: view.toStage(cursor), erase: erases() };
      else if (tool() !== "hand" && tool() !== "grow") startStroke(inMask(cursor), erases());
      aim(view.toStage(cursor));
    },
    lift() {
      const was = open;
      open = null;
      rubber.hidden = true;
      if (was?.stroke) finish(was.stroke, true);
      else if (was?.corner) finish(rectangle(...onMask(was.corner), ...inMask(cursor), was.erase));
    },
    escape: drop,
  };
  keys(stage, byName, brush);
  stage.addEventListener("focus", () => { if (stage.matches(":focus-visible")) aim(view.toStage(cursor)); });

  /**
   * The ring that shows where the brush is, and how large.
   * @param {Point | null} point
   */
  function aim(point) {
    const brushes = point && (tool() === "brush" || tool() === "eraser");
    const crosses = point && tool() === "rectangle" && document.activeElement === stage;
    ring.hidden = !(brushes || crosses);
    if (!point || ring.hidden) return;
    const across = brushes ? Math.max(4, Number(size.value) * view.scale) : 8;
    ring.style.width = ring.style.height = `${across}px`;
    ring.style.transform = `translate(${point.x - across / 2}px, ${point.y - across / 2}px)`;
  }

  // --- the frame ---

  /** @param {Side} side */
  function grower(side) {
    return one(HTMLInputElement, `#grow-${side}`);
  }
  function readMargins() {
    const read = (/** @type {Side} */ side) => Number(grower(side).value) || 0;
    return { top: read("top"), right: read("right"), bottom: read("bottom"), left: read("left") };
  }
  function grows() {
    return SIDES.some((side) => margins[side] > 0);
  }
  /** @param {{ side: Side, from: Point, margins: Margins }} open @param {Point} to */
  function grow(open, to) {
    const dx = (to.x - open.from.x) / view.scale;
    const dy = (to.y - open.from.y) / view.scale;
    margins = dragged(open.margins, open.side, dx, dy, picture, limits);
    for (const side of SIDES) grower(side).value = String(margins[side]);
    frame();
    tell();
  }
  function frame() {
    const { x, y, width, height } = canvasOf(margins, picture);
    const edge = at("frame");
    edge.hidden = tool() !== "grow" && !grows();
    edge.style.transform = `translate(${x}px, ${y}px)`;
    edge.style.width = `${width}px`;
    edge.style.height = `${height}px`;
    edge.style.setProperty("--scale", String(view.scale));
    at("grown").textContent = `${width} × ${height}`;
  }
  for (const side of SIDES) {
    grower(side).addEventListener("input", () => {
      margins = readMargins();
      frame();
      tell();
      does.fit();
    });
  }

  // --- what is seen and said ---

  function show() {
    board.style.transform = view.transform;
    at("frame").style.setProperty("--scale", String(view.scale));
    ring.hidden = true;
  }
  function tell() {
    const painted = paints(done.operations);
    one(HTMLButtonElement, "[data-does=undo]").disabled = !done.canUndo;
    one(HTMLButtonElement, "[data-does=redo]").disabled = !done.canRedo;
    const said = painted && grows() ? gettext("The painted part changes, and the picture grows.")
      : painted ? gettext("Only the painted part changes.")
        : grows() ? gettext("The picture grows; what is there stays.") : gettext("Nothing is painted: the whole picture may change.");
    if (at("painted").textContent !== said) at("painted").textContent = said;
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = new FormData(form);
    if (paints(done.operations)) body.set("mask", await file(sheet), "mask.png");
    await send(form, body);
  });

  new ResizeObserver(() => { does.fit(); }).observe(stage);
  chosen();
  frame();
  tell();
}

// Two tabs with one picture do each other no harm; it is only good to know.
function inAnotherTab() {
  const name = edit?.dataset.picture;
  if (!name || !("BroadcastChannel" in window)) return;
  const channel = new BroadcastChannel(`limner-edit-${name}`);
  const line = one(HTMLElement, "#another");
  channel.addEventListener("message", ({ data }) => {
    line.textContent = gettext("This picture is open in another tab too. Each of them draws a new picture; nothing is written over.");
    if (data === "here?") channel.postMessage("here");
  });
  channel.postMessage("here?");
}
