// Forms without a screen: `window.test` opens and evaluates them.

import { evaluate } from "../../../src/forms/evaluate.ts";
import { Form } from "../../../src/forms/form.ts";

Object.assign(window, { test: { Form, evaluate } });
