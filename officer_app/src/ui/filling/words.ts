// The words of the filling screen.

import words from "../../words/filling.json";
import { addWords } from "../../words/words.ts";

addWords(words);
