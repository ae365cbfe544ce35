"""Which memories answer a question: by words and by meaning, fused to one ranking.

Pure functions; what is stored and fetched is the business of who calls them.

Stored for each memory when it is kept (`index(text, ...) -> Indexed`):

- `words`: word -> weight, one row each (user, memory, word, tf real, length real). The
  words of what was said just before and after count half, so a memory's rows are written
  anew when its next two neighbours have been said;
- `length`, the sum of those weights, beside each row, so that postings need no join;
- the embedding of `passage`: the memory's own text, without its neighbours;
- who said it, for `by_speaker`.

And for each user: how many memories there are, their lengths' sum, and in how many memories
each word occurs (a table, or a count over the rows of the question's words).

Fetched for a question (`ask(text, ...) -> Question`):

1. the `NEAREST` memories to the embedding of `question.passage`, with cosine similarities;
2. the frequencies of `question.words`; `essential(...)` says for which of them all postings
   are wanted: the rare ones. For the others only the rows of memories found so far: they
   order what is found, and are too frequent to find anything;
3. `rank(question, candidates)` puts these in order;
4. the first `SHORTLIST` of them with their texts and speakers; `by_speaker` moves up what was
   said by somebody the question names.
"""

from core.recall.bm25 import Collection, Postings, essential, shares
from core.recall.fusion import NEAREST, SHORTLIST, Candidates, Ranking, by_speaker, rank
from core.recall.indexing import Indexed, index
from core.recall.question import Question, ask
from core.recall.words import words

__all__ = [
    "NEAREST",
    "SHORTLIST",
    "Candidates",
    "Collection",
    "Indexed",
    "Postings",
    "Question",
    "Ranking",
    "ask",
    "by_speaker",
    "essential",
    "index",
    "rank",
    "shares",
    "words",
]
