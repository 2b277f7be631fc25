/// Frequent English words, and the loan words of everyday Hindi, which count as English; also what the character model
/// learns from. Regular inflections are recognised from these (`Lexicon.englishStem`).
enum EnglishContentWords {
    static let verbs = """
        say said know knew known think thought take took taken give gave given get got getting make made making go going went
        gone come came coming see saw seen want need use used using try tried tell told ask asked work call feel felt leave
        left keep kept let begin began begun show shown hear heard play run ran move live believe hold held bring brought
        happen write wrote written provide sit sat stand stood lose lost pay paid meet met include continue set learn change
        lead led understand understood watch follow stop create speak spoke spoken read allow add spend spent grow grew grown
        open walk win won offer remember love consider appear buy bought wait serve die send sent expect build built stay
        fall fell fallen cut reach kill remain suggest raise pass sell sold require report decide pull return explain hope
        develop carry break broke broken receive agree support hit produce eat ate eaten cover catch caught draw drew drawn
        choose chose chosen cause point listen realize place close involve increase improve reduce avoid prevent protect
        help start finish end check confirm cancel book order deliver download upload install update upgrade delete remove
        save share post click tap scroll search find found look seem join register login logout sign submit apply accept
        reject approve refuse deny connect disconnect reset restart enable disable block unblock charge recharge refund
        transfer withdraw deposit invest earn borrow lend repay compare calculate count measure translate summarize describe
        discuss define analyze solve fix repair clean wash cook bake boil fry mix drink drank sleep slept wake woke exercise
        train practice teach taught study prepare plan schedule organize manage handle control drive drove ride rode fly flew
        travel visit arrive reply respond answer forward attach print scan copy paste edit type format convert debug compile
        deploy recommend advise consult diagnose treat cure heal recover suffer worry relax smile laugh cry miss hate enjoy
        prefer thank apologize forgive forget forgot forgotten wish celebrate decorate wear wore worn
        """
    static let nouns = """
        time year people way day man men woman women child children world life hand part place case week company system
        program question work government number night point home water room mother area money story fact month lot right
        study book eye job word business issue side kind head house service friend father power hour game line end member law
        car city community name president team minute idea kid body information back parent face level office door health
        person art war history party result morning reason research girl guy moment air teacher force education foot boy age
        policy process music market sense nation plan college interest death experience effect use class control field
        development role effort rate heart drug show leader light voice wife police mind price report decision son view
        relationship town road difference value building action season society tax director position player record paper
        space ground form event matter center couple site project activity star table court oil situation cost industry
        figure street image phone data picture practice piece land product doctor wall patient worker news test movie north
        love support technology step baby computer type attention film tree source organization hair window culture chance
        brother energy period course summer plant opportunity term letter condition choice rule daughter south husband
        floor campaign material population economy medical hospital church risk fire future bank deal fight
        """
    static let everyday = """
        mobile laptop tablet charger battery screen keyboard mouse printer camera internet wifi network website app apps
        software hardware server database password username email mail message chat video audio photo selfie status profile
        account link button file folder page document form format template error bug code function variable loop array
        string script python java javascript android iphone google facebook whatsapp instagram youtube twitter online
        offline digital payment card credit debit loan interest insurance premium claim policy balance statement transaction
        wallet cash cheque discount coupon sale delivery package parcel address customer care complaint feedback review
        rating ticket train flight bus metro station airport hotel booking reservation passport visa trip tour travel guide
        map location distance traffic signal petrol diesel bike scooter cycle taxi auto rickshaw driver license school
        university exam exams marks subject maths physics chemistry biology science english homework assignment syllabus
        degree certificate scholarship fees admission student lecture tuition coaching notes topic chapter essay quote quotes
        poem joke jokes paragraph sentence grammar summary translation example list steps tips trick tricks
        interview resume career salary boss manager colleague client meeting presentation deadline target promotion leave
        holiday weekend office shift startup company stock stocks share shares mutual fund funds budget finance tax gst bill
        rent deposit electricity gas cylinder kitchen fridge cooler fan tv remote sofa bed table chair cup plate bottle glass
        breakfast lunch dinner snack snacks recipe sugar salt rice bread butter milk egg eggs chicken fish meat fruit fruits
        vegetable vegetables juice coffee tea cake chocolate biscuit pizza burger sandwich salad soup diet calories protein
        vitamin vitamins fibre weight height fat fitness gym yoga workout cardio doctor nurse clinic medicine medicines pill
        dose tablet tablets injection vaccine checkup symptom symptoms fever headache cough cold flu infection allergy
        stomach acidity ulcer diabetes sugar cholesterol pressure blood heart kidney liver lungs skin acne rash hair dandruff
        eye eyes ear nose throat tooth teeth bone joint muscle back neck pain injury surgery operation therapy stress anxiety
        depression mental pregnancy pregnant periods hormone thyroid asthma cancer stroke virus bacteria antibiotic
        paracetamol thermometer temperature ambulance emergency
        cricket match football team score captain player ball bat stadium league song songs album singer actor actress hero
        heroine director movie movies series episode season trailer channel news party birthday gift wedding marriage
        anniversary festival function photo album dance music guitar piano hobby hobbies shopping mall dress shirt jeans
        shoes bag watch ring makeup cream shampoo soap perfume colour color size brand quality quantity warranty guarantee
        sir madam uncle aunty girlfriend boyfriend crush breakup friendship family cousin neighbour pet dog cat weather rain
        storm summer winter climate pollution garbage plastic water supply problem solution plan option options feature
        features version model setting settings mode level point points chance tension confidence attitude style mood
        """
    static let qualities = """
        good better best bad worse worst new old big small large great high low long short young different important early
        late able own public private real full empty hot cold warm cool easy hard difficult simple complex strong weak light
        heavy dark bright clear dirty safe dangerous healthy sick ill fine happy sad angry tired bored busy free sure ready
        wrong true false possible impossible special general common rare local national international popular famous nice
        beautiful pretty cute smart clever stupid funny serious crazy normal weird strange rich poor cheap expensive fast
        slow quick sudden daily weekly monthly annual regular extra main major minor final total whole half double single
        available valid invalid correct incorrect perfect awesome amazing excellent wonderful terrible horrible delicious
        tasty spicy sweet sour bitter fresh natural artificial official personal professional social political economic
        physical emotional positive negative active passive latest recent current previous past future modern ancient
        traditional basic advanced technical practical useful useless necessary optional urgent careful careless honest
        lazy brave kind rude polite friendly lonely married unmarried alone together please sorry thanks welcome
        congratulations morning evening afternoon tonight tomorrow yesterday monday tuesday wednesday thursday friday
        saturday sunday january february march april june july august september october november december
        """
    static let all = [verbs, nouns, everyday, qualities] + EnglishCommonWords.all
}
