// What Limner's scripts meet in a page and did not make themselves, for the type checker alone: no browser loads this.

/** One request of htmx 4, as far as it is read here. */
interface HtmxContext {
  sourceElement: Element;
  target: Element | null;
  request: { method: string };
  response?: { status: number };
  text: string;
}

declare const htmx: {
  trigger(element: Element, name: string): void;
  ajax(method: string, url: string, how: { target: string; swap: string; source: Element }): Promise<void>;
};

interface DocumentEventMap {
  "htmx:before:request": CustomEvent<{ ctx: HtmxContext }>;
  "htmx:finally:request": CustomEvent<{ ctx: HtmxContext }>;
  "htmx:response:error": CustomEvent<{ ctx: HtmxContext }>;
  /** Also told of an element that never came as far as a request: then without `ctx`. */
  "htmx:error": CustomEvent<{ ctx?: HtmxContext }>;
  "htmx:before:swap": CustomEvent<{ ctx?: HtmxContext }>;
  "htmx:after:swap": CustomEvent<{ ctx?: HtmxContext }>;
}

// --- the edit page's plain data ------------------------------------------------------------------------------

interface Point { x: number; y: number }
interface Size { width: number; height: number }
interface Box extends Point, Size {}

type Side = "top" | "right" | "bottom" | "left";
type Margins = Record<Side, number>;

interface Stroke { kind: "stroke"; erase: boolean; size: number; points: number[] }
interface Rectangle { kind: "rectangle"; erase: boolean; box: [x: number, y: number, right: number, bottom: number] }
type Operation = Stroke | Rectangle | { kind: "invert" | "clear"; erase?: undefined };

/** What has begun on the stage: a stroke, a rectangle's first corner, a hand, an edge of the frame. */
type Begun = { held?: boolean } & (
  | { stroke: Stroke; corner?: undefined; hand?: undefined; side?: undefined }
  | Spanning
  | { hand: Point; stroke?: undefined; corner?: undefined; side?: undefined }
  | { side: Side; from: Point; margins: Margins; stroke?: undefined; corner?: undefined; hand?: undefined }
);
interface Spanning { corner: Point; erase: boolean; stretched?: Point; stroke?: undefined; hand?: undefined; side?: undefined }

// --- ears.js ------------------------------------------------------------------------------------------------------

interface Ears {
  breaches: string[];
  shifts: { when: number; value: number; what: string[] }[];
  arrivals: number[];
  previews: Set<string>;
  streams: EventSource[];
  jumps(): number;
  focusName(): string;
  focusIsToBeSeen(): boolean;
  smallTargets(least: number): string[];
  longestMotion(): number;
  openStreams(): number;
  hide(hidden: boolean): void;
}
interface Window { ears: Ears }

/** Chromium's own entry; TypeScript's DOM has what all browsers have. */
interface LayoutShift extends PerformanceEntry {
  hadRecentInput: boolean;
  value: number;
  sources: { node: Node | null }[];
}
