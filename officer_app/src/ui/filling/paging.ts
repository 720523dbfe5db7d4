// The pages that a form shows now, and where somebody is among them.

import { computed, shallowRef, type ComputedRef } from "vue";
import type { Page } from "../../forms/pages.ts";
import { isShown, pagesOf } from "../../forms/pages.ts";
import type { Filler } from "./filling.ts";
import { membersAbove, titleOf } from "./naming.ts";

/** A page in a list: its title, and how many questions are to be corrected, to be filled, and remarked upon. */
export interface PageLine extends Page {
  readonly title: string;
  readonly wrong: number;
  readonly missing: number;
  readonly remarks: number;
}

/** Where somebody is: on a page, at a member, or at the end. */
export type Spot =
  | { readonly kind: "page"; readonly key: string }
  | { readonly kind: "member"; readonly path: string }
  | { readonly kind: "summary" };

export interface Paging {
  readonly pages: ComputedRef<readonly PageLine[]>;
  readonly spot: ComputedRef<Spot>;
  /** The number of the page, from 0; that of the end is behind the last one. */
  readonly index: ComputedRef<number>;
  go(spot: Spot): void;
  goToPage(index: number): void;
  /** The page or member that shows a path. */
  spotOf(path: string): Spot;
  /** The path of what a spot shows, or begins with; empty at the end. */
  pathOf(spot: Spot): string;
  /** The members that a spot lies in, from the outermost. */
  membersAbove(spot: Spot): readonly string[];
}

/** Begins at what shows the path `first`, else at the first page. */
export function usePaging(filler: Filler, untitled: () => string, first: string): Paging {
  const { form } = filler;
  const all = pagesOf(form.root);
  const isOn = (page: Page, path: string) =>
    page.nodes.some((node) => {
      const top = form.pathOf(node.nodeId);
      return path === top || path.startsWith(`${top}/`);
    });
  const pages = computed(() =>
    all.filter(isShown).map((page): PageLine => {
      const problems = filler.problems.value.filter((one) => isOn(page, one.path));
      return {
        ...page,
        title: titleOf(page.nodes) || untitled(),
        wrong: problems.filter((one) => one.condition === "constraint").length,
        missing: problems.filter((one) => one.condition === "required").length,
        remarks: form.filling.remarks.filter((one) => isOn(page, one.path)).length,
      };
    }),
  );
  const membersAt = (path: string) => membersAbove(form, path).map(([at]) => at);
  const pathOf = (spot: Spot) => {
    if (spot.kind === "member") return spot.path;
    const nodes = spot.kind === "page" ? pages.value.find((one) => one.key === spot.key)?.nodes : [];
    return form.pathOf(nodes?.[0]?.nodeId ?? "");
  };
  const spotOf = (path: string): Spot => {
    const member = membersAt(path).at(-1);
    if (member) return { kind: "member", path: member };
    const page = pages.value.find((one) => isOn(one, path));
    return page ? { kind: "page", key: page.key } : { kind: "summary" };
  };
  const asked = shallowRef<Spot>(
    form.nodeAt(first) ? spotOf(first) : { kind: "page", key: pages.value[0]?.key ?? "" },
  );
  const numberOf = (spot: Spot) => {
    if (spot.kind === "summary") return pages.value.length;
    if (spot.kind === "page") return pages.value.findIndex((one) => one.key === spot.key);
    return pages.value.findIndex((one) => isOn(one, spot.path));
  };
  // A page may be hidden while somebody is on it, and a member gone: then the one before takes its place.
  const last = { index: 0 };
  const spot = computed<Spot>(() => {
    const { value } = asked;
    const isThere =
      numberOf(value) >= 0 && (value.kind !== "member" || form.nodeAt(value.path) !== undefined);
    if (isThere) return value;
    const nearest = pages.value[Math.min(last.index, pages.value.length - 1)];
    return nearest ? { kind: "page", key: nearest.key } : { kind: "summary" };
  });
  const index = computed(() => (last.index = Math.max(0, numberOf(spot.value))));
  const goToPage = (to: number) => {
    const page = pages.value[to];
    asked.value = page ? { kind: "page", key: page.key } : { kind: "summary" };
  };
  return {
    pages,
    spot,
    index,
    go: (to) => (asked.value = to),
    goToPage,
    spotOf,
    pathOf,
    membersAbove: (spot) => (spot.kind === "member" ? membersAt(spot.path) : []),
  };
}
