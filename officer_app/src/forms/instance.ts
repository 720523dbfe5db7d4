// A form's primary instance as XML, with the answers that a draft has: what the engine opens.

import { readFileAnswer } from "../domain/files.ts";
import type { Filling } from "../worker/api.ts";

const XFORMS = "http://www.w3.org/2002/xforms";
const JAVAROSA = "http://openrosa.org/javarosa";

/** What the instance is written from; `keepsDefaults`: a question without an answer has what the form says. */
export interface Filled extends Pick<Filling, "record" | "answers" | "members" | "idQuestions" | "ownCases"> {
  readonly keepsDefaults: boolean;
}

const NOTHING: Filled = {
  record: "",
  answers: {},
  members: {},
  idQuestions: [],
  ownCases: {},
  keepsDefaults: true,
};

/** Where an element stands: in the form's XML, in the form's definition (`*` for members), in a record. */
interface Place {
  readonly reference: string;
  readonly pattern: string;
  readonly path: string;
}

/** An XForm as a document, with what its body says of elements. */
export class XForm {
  readonly text: string;
  readonly root: Element;
  readonly repeats: ReadonlySet<string>;
  readonly uploads: ReadonlySet<string>;
  #blank: string | undefined;

  /** Throws an `Error` where the text is no XForm. */
  constructor(text: string) {
    const document = new DOMParser().parseFromString(text, "text/xml");
    const root = document.getElementsByTagNameNS(XFORMS, "instance")[0]?.firstElementChild;
    if (!root) throw new Error("the form has no instance");
    this.text = text;
    this.root = root;
    this.repeats = attributesOf(document, "repeat", "nodeset");
    this.uploads = attributesOf(document, "upload", "ref");
  }

  /** The members that record paths lie in, by the paths of their repeats, in the order of their ids. */
  membersIn(paths: readonly string[]): Readonly<Record<string, readonly string[]>> {
    const found = new Map<string, Set<string>>();
    for (const path of paths) {
      let reference = `/${this.root.localName}`;
      const steps = path.split("/");
      for (let at = 0; at < steps.length; at++) {
        reference += `/${steps[at]}`;
        const member = this.repeats.has(reference) ? steps[++at] : undefined;
        if (member === undefined) continue;
        const repeat = steps.slice(0, at).join("/");
        found.set(repeat, (found.get(repeat) ?? new Set()).add(member));
      }
    }
    return Object.fromEntries([...found].map(([repeat, members]) => [repeat, [...members].sort()]));
  }

  /** The instance as a document of its own, as another program would have stored it. */
  instance(filled: Filled): string {
    return new Writing(this, filled, false).root();
  }

  /** The form without the members that its repeats begin with: here one is there when somebody adds it. */
  get blank(): string {
    this.#blank ??= this.opening(NOTHING);
    return this.#blank;
  }

  /** The form with these answers in the place of its defaults: members are there before its first load. */
  opening(filled: Filled): string {
    const name = this.root.nodeName;
    const begin = this.text.search(new RegExp(`<${name}[\\s>]`));
    const end = this.text.indexOf(`</${name}>`, begin) + name.length + 3;
    return this.text.slice(0, begin) + new Writing(this, filled, true).root() + this.text.slice(end);
  }
}

function attributesOf(document: Document, name: string, attribute: string): ReadonlySet<string> {
  const found = [...document.getElementsByTagNameNS(XFORMS, name)];
  return new Set(found.map((one) => one.getAttribute(attribute) ?? ""));
}

class Writing {
  readonly #form: XForm;
  readonly #filled: Filled;
  readonly #isForm: boolean;
  readonly #idQuestions: ReadonlySet<string>;

  constructor(form: XForm, filled: Filled, isForm: boolean) {
    this.#form = form;
    this.#filled = filled;
    this.#isForm = isForm;
    this.#idQuestions = new Set(filled.idQuestions);
  }

  root(): string {
    const { root } = this.#form;
    return this.#parent(root, { reference: `/${root.localName}`, pattern: "", path: "" });
  }

  #parent(element: Element, place: Place): string {
    const repeats = new Set<string>();
    const inner = [...element.children].map((child) => {
      const name = child.localName;
      const here = below(place, name);
      if (!this.#form.repeats.has(here.reference)) return this.#child(child, here);
      // Behind the template stand the members that the form itself begins with: a draft has its own.
      if (repeats.has(name)) return "";
      repeats.add(name);
      return this.#members(child, here);
    });
    return this.#tag(element, inner.join(""));
  }

  #members(template: Element, place: Place): string {
    const members = this.#filled.members[place.path] ?? [];
    const written = members.map((member) =>
      this.#parent(template, {
        reference: place.reference,
        pattern: `${place.pattern}/*`,
        path: `${place.path}/${member}`,
      }),
    );
    return (this.#isForm ? this.#template(template) : "") + written.join("");
  }

  #template(element: Element): string {
    const inner = [...element.children].map((child) => this.#template(child)).join("");
    const isTemplate = element.hasAttributeNS(JAVAROSA, "template");
    const text = element.children.length > 0 ? inner : escaped(element.textContent ?? "");
    return this.#tag(element, text, isTemplate ? ' jr:template=""' : "");
  }

  #child(element: Element, place: Place): string {
    if (element.children.length > 0) return this.#parent(element, place);
    return this.#tag(element, escaped(this.#text(element, place)));
  }

  #text(element: Element, { reference, pattern, path }: Place): string {
    const { answers, keepsDefaults, ownCases, record } = this.#filled;
    if (path === "meta/instanceID") return this.#isForm ? "" : `uuid:${record}`;
    if (this.#idQuestions.has(pattern)) return path.split("/").at(-2) ?? "";
    const given = ownCases[path] ?? answers[path];
    if (given === undefined) return keepsDefaults ? (element.textContent ?? "") : "";
    return this.#form.uploads.has(reference) ? (readFileAnswer(given)?.name ?? given) : given;
  }

  #tag(element: Element, inner: string, more = ""): string {
    const own = [...element.attributes].filter((one) => one.namespaceURI !== JAVAROSA);
    const attributes = own.map((one) => ` ${one.name}="${escaped(one.value)}"`).join("");
    return `<${element.nodeName}${attributes}${more}>${inner}</${element.nodeName}>`;
  }
}

function below(place: Place, name: string): Place {
  return {
    reference: `${place.reference}/${name}`,
    pattern: place.pattern ? `${place.pattern}/${name}` : name,
    path: place.path ? `${place.path}/${name}` : name,
  };
}

/** Text in XML, without the characters that XML 1.0 lacks. */
function escaped(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
    .replace(/[&<>"\r]/g, (one) => `&#${one.charCodeAt(0)};`);
}
