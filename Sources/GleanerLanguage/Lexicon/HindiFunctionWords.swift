/// Function words of Hindi as people write them in Latin letters: a closed class, so a list can be whole. Each spelling
/// that is in use is a word of its own here; which of them are one word is `SpellingTable`'s matter.
enum HindiFunctionWords {
    static let pronouns = """
        main mai mein me mujhe mujhko mujh muje mujhse mera meri mere hum ham hame hamein humein hamen humko hamko humse
        hamara hamari hamare humara humari humare tum tumhe tumhein tumhen tumko tumhara tumhari tumhare tumse tu tujhe
        tujhko tujhse tera teri tere aap ap aapka aapki aapke aapko aapse aapne apka apki apke apko apse apne apna apni
        unko unka unki unke unhe unhein unhone unse usko uska uski uske usne use isko iska iski iske isne ise isse inko
        inka inki inke inse inhe inhein inhone ye yeh ya yah woh wo vo voh vah wah jo jis jisko jiska jiski jiske jisne
        jisse jisme jinka jinki jinke jinko jinse kaun kon koun kisi kisko kiska kiski kiske kisne kisse kis koi koyi kuch
        kuchh kuch sab sabhi sabko sabse sabka sabki sabke khud swayam maine mene meine humne hamne tumne tune usse us is in
        un ek dusra dusre dusri doosra doosre doosri har
        """
    static let postpositions = """
        ka ki ke ko se pe par tak liye lie liya saath sath bina baad bad pehle pahle pehla pehli upar uper niche neeche andar
        bahar paas pas taraf bare baare bich beech zariye jariye wajah vajah khilaf alawa siwa dwara anusar wala wali wale
        vala vali vale waale waali bhar mein me
        """
    static let copulasAndAuxiliaries = """
        hai hain hay hein hei h hoon hun hu hoo hoo ho tha thi the thay thin hoga hogi honge hoge hua hui hue huye hui hota
        hoti hote hona hone hoke hokar raha rahi rahe rha rhi rhe rahunga rahega rahegi rahenge gaya gayi gaye gya gyi gye
        gai gayee chuka chuki chuke sakta sakti sakte skta skti skte saku sakun sakoon sakega sakegi sakenge chahiye chahie
        chaiye chahiya chahta chahti chahte chahunga chahungi paya payi paye paega payega payegi
        padta padti padte padega padegi pada padi pade lagta lagti lagte laga lagi lage lagega lagegi
        """
    static let questionWords = """
        kya kyaa kia kyun kyu kyon kyo kyoon kaise kese kayse kaisa kaisi kesa kesi kitna kitni kitne kitana kab kahan kaha
        kahaan kidhar kaunsa kaunsi kaunse konsa konsi konse kisliye kabse kabtak
        """
    static let particlesAndConjunctions = """
        hi bhi bhee to toh tou na nahi nahin nhi nai nahee naa mat haan han haa hanji haanji ji jee bas bus hi toh tabhi
        jabhi aur or ya yaa lekin magar par parantu kintu kyunki kyuki kyonki kyoki isliye isiliye isilie islie agar yadi toh
        warna varna balki chahe jabki halanki jaise jaisa jaisi jese jesa waise vaise wese waisa waisi aise aisa aisi ese esa
        esi matlab yani yaani maano shayad shaayad zaroor jarur zarur jaroor bilkul sirf keval kewal hi are arre arey are
        oye abe bhai yaar yar ki taaki taki toh na jab tab jabtak tabtak phir fir phr
        """
    static let adverbs = """
        ab abhi abi kabhi kabi hamesha aaj aj kal parso parson yahan yaha yahaan yahin wahan waha vahan wahaan wahin idhar
        udhar jahan jaha kahin kahi sabse bahut bohot bahot bht boht bohut bhut bahoot zyada jyada zyda jada ziyada zada
        thoda thodi thode thora thori kam itna itni itne utna utni utne jitna jitni jitne jaldi dhire dheere achanak aksar
        turant fauran lagbhag taqreeban karib kareeb door dur nazdeek najdik aage aagey age peeche piche saamne samne aas
        poora pura puri pure poori poore kafi kaafi bilkul ekdum ekdam shuru khatam khatm dobara wapas vapas
        """
    static let verbs = """
        kar karo karu karun karoon karna karne karni karta karti karte karke kiya kiye kari kijiye kijie kijiyega karega
        karegi karenge karunga karungi kare karein karen krna kro kr krke krta krti krte krne krenge karwa karwana karva do
        dedo dena dene deni deta deti dete diya diye di dijiye dijie dega degi denge dunga dungi doonga lo lena lene leni
        leta leti lete lelo liya lijiye lijie lega legi lenge lunga lungi le de ja jao jaao jana jaana jane jaane jani jata
        jati jate jaata jaati jaate jaye jaaye jayega jaayega jayegi jayenge jaenge jaunga jaungi jaiye jaakar jakar aa aao
        ao aana ana aane aani aata aati aate ata ati aaya aayi aaye aya ayi aaunga aaungi aayega aayegi aayenge aaiye aaie
        aakar rakh rakho rakhna rakhne rakha rakhi rakhe rakhta rakhti rakhte rakhiye
        """
    static let numbers = """
        do teen tin char chaar paanch panch chhe che saat sat aath ath nau das dus gyarah barah baarah pandrah bees tees
        chalis pachas sau hazaar hazar lakh karod dono teeno pehla dusra teesra aadha adha dedh dhai
        """
    static let all = [
        pronouns, postpositions, copulasAndAuxiliaries, questionWords, particlesAndConjunctions, adverbs, verbs,
        numbers,
    ]
}
